import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { type BodyBudget, readBody } from './body.ts';
import type { Engine } from './engine.ts';
import { refusals, type Refusal } from './errors.ts';
import { Job } from './job.ts';
import { listen } from './listen.ts';
import type { Lease, Recycling } from './recycling.ts';
import { originForm } from './target.ts';
import type { TlsIdentity, TlsRefusal } from './tls/identity.ts';

/** As large as httpuv takes them. */
const largestHead = 80 * 1024;

const http: ServerOptions = {
  maxHeaderSize: largestHead,
  // Longer than the balancers and gateways in front of us keep their idle connections.
  keepAliveTimeout: 75_000,
  headersTimeout: 20_000,
  requestTimeout: 120_000,
  connectionsCheckingInterval: 5_000,
};

export interface FrontOptions {
  readonly budget: BodyBudget;
  readonly recycling: Recycling;
  /** Who we are; absent: callers speak plain HTTP. */
  readonly tls?: TlsIdentity | undefined;
  /** A caller got no connection. */
  onTlsRefused(reason: TlsRefusal): void;
  /** The engine that new requests go to; undefined while none is loaded. */
  engine(): Engine | undefined;
}

/** The listener that callers connect to: makes a job of every request and sees it to its end. */
export class Front {
  readonly #options: FrontOptions;
  readonly #server: Server | TlsServer;
  /** Connections with a whole request that is not answered yet. */
  readonly #answering = new Set<Duplex>();
  #open = 0;
  #isClosing = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: FrontOptions) {
    this.#options = options;
    const { tls } = options;
    this.#server = tls === undefined ? createServer(http) : createTlsServer({ ...http, ...tls.serverOptions() });
    tls?.attach(this.#server as TlsServer, (reason) => options.onTlsRefused(reason));
    // The head's size bounds them; Node would otherwise leave some out without a word.
    this.#server.maxHeadersCount = 0;
    const receive = (request: IncomingMessage, reply: ServerResponse) => this.#receive(request, reply, undefined);
    this.#server.on('request', receive);
    this.#server.on('checkExpectation', receive);
    this.#server.on('checkContinue', (request: IncomingMessage, reply: ServerResponse) =>
      this.#receive(request, reply, () => reply.writeContinue()),
    );
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      // An answer to what came before is on its way: ours would be taken for it.
      if (this.#answering.has(socket)) socket.destroy();
      else refuseMalformed(error, socket);
    });
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Resolves to the port. @throws UserError when the address cannot be used */
  listen(port: number, host: string): Promise<number> {
    return listen(this.#server, port, host);
  }

  /** Takes no more connections; resolves when every request that has begun is answered. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#options.tls?.close();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    if (this.#open > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Cuts every connection. */
  kill(): void {
    this.#isClosing = true;
    this.#options.tls?.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #receive(request: IncomingMessage, reply: ServerResponse, invite: (() => void) | undefined): void {
    const engine = this.#options.engine();
    if (engine === undefined) return answerAlone(reply, refusals.notReady.retryAfter(1));
    const target = originForm(request.url as string);
    const route = engine.route(request.method as string, target ?? '*');
    const lease = this.#options.recycling.leaseOf(request.socket);
    const job = new Job(engine, route, request, reply, target ?? '*', lease);
    this.#follow(job, engine, reply, lease);
    if (target === undefined) return job.refuse(refusals.malformed(`There is no route ${request.url}.`));
    const { budget } = this.#options;
    readBody(job, request, { limit: engine.definition.limits.body, budget, invite }, () => {
      this.#answering.add(request.socket);
      engine.submit(job);
    });
  }

  /** Sees to the end of a job: its answer has left, or its caller has. */
  #follow(job: Job, engine: Engine, reply: ServerResponse, lease: Lease): void {
    const { socket } = job.request;
    this.#open += 1;
    const { pipeline } = lease;
    pipeline.enter();
    engine.onOpened();
    const onClose = () => {
      if (!job.close()) return;
      this.#options.budget.give(job.bodyHeld);
      engine.onClosed(job);
      this.#answering.delete(socket);
      if (isPipelined) pipeline.unfollow(onClose);
      pipeline.leave();
      this.#open -= 1;
      if (this.#open === 0) this.#whenIdle?.();
    };
    reply.on('close', onClose);
    // A pipelined request has no socket yet, and is not told when that closes.
    const isPipelined = reply.socket === null;
    if (isPipelined) pipeline.follow(onClose);
  }
}

function answerAlone(reply: ServerResponse, { status, message, headers, body }: Refusal): void {
  reply.writeHead(status, message, [...headers]).end(body);
}

/** What is not HTTP gets the one answer that can be given, and the connection ends. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, message, headers, body } = malformed(error);
  const lines = [`HTTP/1.1 ${status} ${message}`, 'Connection: close'];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body.toString()}`);
}

function malformed({ code, message }: NodeJS.ErrnoException): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return refusals.headTooLarge;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusals.requestTimeout;
  return refusals.malformed(message);
}
