import { Client, type Dispatcher } from 'undici';
import { responseHeaders, type RawHeaders } from '../headers.ts';

/** A request to R. */
export interface Call {
  readonly method: string;
  /** Path and query, as the caller wrote them. */
  readonly target: string;
  readonly headers: RawHeaders;
  readonly body: Buffer | undefined;
}

/** A whole answer of R's. */
export interface Answer {
  readonly status: number;
  readonly message: string;
  readonly headers: RawHeaders;
  readonly body: Buffer;
}

/** Takes R's answer as it comes: a head, any number of chunks, then an end, or a failure at any point. */
export interface Sink {
  onHead(status: number, message: string, headers: RawHeaders): void;
  /** False asks for no more until `resume` is called. */
  onData(chunk: Buffer): boolean;
  onEnd(): void;
  onFailure(error: Error): void;
  /**
   * The call has run out of time. True when that is not R's fault (the caller reads slowly) and the sink will not hold it
   * up any longer: the worker is then left alone.
   */
  onOverdue?(): boolean;
}

/** To HTTP it is the herald of an answer; httpuv sends it when the API sets such a status, and nothing after it. */
export class InformationalStatus extends Error {
  override name = 'InformationalStatus';

  constructor(status: number) {
    super(`The status ${status} ends no answer.`);
  }
}

/** The largest head of an answer, in bytes: Node's 16 KiB are few for an API that sets many cookies. */
const largestHead = 1024 * 1024;
/** Of a target that it reads in pieces httpuv (1.6.9) takes the last for the whole: a longer one goes as a header (R/request.R). */
const longestTarget = 16 * 1024;
/** R never closes an idle connection, and it costs nothing. */
const forever = 2 ** 31 - 1;

/**
 * A keep-alive connection to a worker's Unix socket, for one call at a time. It connects when it is first used, and
 * again when R has closed it. After a HEAD, undici leaves the connection: httpuv sends bodies with its answers to HEAD.
 */
export class Connection {
  readonly #client: Client;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(socketPath: string) {
    this.#client = new Client('http://localhost', {
      socketPath,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: forever,
      keepAliveMaxTimeout: forever,
      maxHeaderSize: largestHead,
    });
  }

  call({ method, target, headers, body }: Call, sink: Sink): void {
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (controller) => {
        this.#controller = controller;
      },
      onResponseStart: (controller, status, _headers, message) => {
        if (status < 200) return controller.abort(new InformationalStatus(status));
        sink.onHead(status, message ?? '', responseHeaders(controller.rawHeaders as Buffer[]));
      },
      onResponseData: (controller, chunk) => {
        if (!sink.onData(chunk)) controller.pause();
      },
      onResponseEnd: () => {
        this.#controller = undefined;
        sink.onEnd();
      },
      onResponseError: (_, error) => {
        this.#controller = undefined;
        sink.onFailure(error);
      },
    };
    const isLong = target.length > longestTarget;
    const request = isLong
      ? { path: '/', headers: [...headers, 'x-penstock-target', target] }
      : { path: target, headers };
    this.#client.dispatch({ method, ...request, body: body ?? null }, handler);
  }

  /** As `call`, for an answer that is wanted whole. */
  ask(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => this.call(call, collecting(resolve, reject)));
  }

  resume(): void {
    this.#controller?.resume();
  }

  close(): void {
    void this.#client.destroy();
  }
}

/** A sink that hands on the whole answer at once. */
export function collecting(resolve: (answer: Answer) => void, reject: (error: Error) => void): Sink {
  let head: Omit<Answer, 'body'> | undefined;
  const chunks: Buffer[] = [];
  return {
    onHead: (status, message, headers) => (head = { status, message, headers }),
    onData: (chunk) => chunks.push(chunk) > 0,
    onEnd: () =>
      head && resolve({ ...head, body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) }),
    onFailure: reject,
  };
}
