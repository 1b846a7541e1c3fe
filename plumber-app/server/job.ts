import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Bytes, Milliseconds } from '../../service/units.ts';
import type { Refusal } from './errors.ts';
import { requestHeaders } from './headers.ts';
import { peerOf } from './peer.ts';
import { Waiting } from './queue.ts';
import type { Call } from './r/connection.ts';
import type { Lease } from './recycling.ts';
import type { RouteEntry } from './routes.ts';
import type { Scan } from './rows/scan.ts';

/** What a job needs of the server and the engine that it belongs to. */
export interface JobContext {
  readonly now: () => Milliseconds;
  /** Sent with every answer. */
  readonly releaseHeader: readonly string[];
  /** The server is stopping: connections are not kept. */
  readonly isClosing: boolean;
  onAnswered(job: Job, status: number, refusal?: Refusal): void;
}

/** Beyond this many bytes that the caller has not read yet, R's answer is not read on. */
const unreadLimit = 4 * 1024 * 1024;

/** One request, from its arrival to its answer. */
export class Job extends Waiting {
  readonly route: RouteEntry;
  readonly request: IncomingMessage;
  readonly arrived: Milliseconds;
  /** Path and query, as the caller wrote them. */
  readonly target: string;
  body: Buffer | undefined;
  /** How much of the budget for bodies it holds. */
  bodyHeld: Bytes = 0;
  /** The rows of its body, where the route has them. */
  scan: Scan | undefined;
  /** A large one that may be called in parts. */
  isDivisible = false;
  /** What the caller's connection may still carry. */
  readonly #lease: Lease;
  readonly #context: JobContext;
  readonly #reply: ServerResponse;
  #status = 0;
  #isGone = false;

  constructor(
    context: JobContext,
    route: RouteEntry,
    request: IncomingMessage,
    reply: ServerResponse,
    target: string,
    lease: Lease,
  ) {
    super();
    this.#context = context;
    this.route = route;
    this.request = request;
    this.#reply = reply;
    this.#lease = lease;
    this.target = target;
    this.arrived = context.now();
    // R dates its answers itself.
    reply.sendDate = false;
  }

  get method(): string {
    return this.request.method as string;
  }

  get headers(): readonly string[] {
    return this.request.rawHeaders;
  }

  /** An answer has been sent, or begun. */
  get isAnswered(): boolean {
    return this.#status !== 0;
  }

  /** The caller has left, or has its whole answer: whatever is answered now is discarded. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** The request as it goes to R. */
  toCall(): Call {
    const { method, target, headers, body } = this;
    return { method, target, headers: requestHeaders(headers, peerOf(this.request.socket), body?.length), body };
  }

  /**
   * Sends a whole answer: status, message and headers as R gave them.
   * @param body text is latin1
   */
  answer(status: number, message: string, headers: readonly string[], body: Buffer | string | undefined): void {
    if (this.#isGone) return;
    this.#head(status, message, this.#counted(headers));
    this.#reply.end(body, 'latin1');
    this.#context.onAnswered(this, status);
  }

  /**
   * Answers instead of R; nothing happens when the job has an answer, or its caller has left.
   * @param options.close ends the connection: what else comes on it cannot be told apart
   */
  refuse(refusal: Refusal, { close = false }: { close?: boolean } = {}): void {
    if (this.isAnswered || this.#isGone) return;
    this.#reply.sendDate = true;
    if (close) this.#reply.shouldKeepAlive = false;
    this.#head(refusal.status, refusal.message, refusal.headers);
    this.#reply.end(refusal.body);
    this.#context.onAnswered(this, refusal.status, refusal);
  }

  /** Sends the head of an answer whose body follows with `write` and `end`. */
  begin(status: number, message: string, headers: readonly string[]): void {
    if (!this.#isGone) this.#head(status, message, this.#counted(headers));
  }

  /** False when the caller has much to read yet: wait for `onDrain`. */
  write(chunk: Buffer): boolean {
    if (this.#isGone) return true;
    this.#reply.write(chunk);
    return this.#reply.writableLength < unreadLimit;
  }

  /** Calls `listener` once when the caller has read what was written, or has left: then all else is discarded. */
  onDrain(listener: () => void): void {
    const reply = this.#reply;
    const once = () => {
      reply.off('drain', once).off('close', once);
      listener();
    };
    reply.on('drain', once).on('close', once);
  }

  end(): void {
    if (this.#isGone) return;
    this.#reply.end();
    this.#context.onAnswered(this, this.#status);
  }

  /** Cuts an answer that has begun and can't be finished: the caller sees that it is not whole. */
  abort(): void {
    this.#reply.destroy();
  }

  /** Nothing can be read from or written to the caller any more. False when that was so already. */
  close(): boolean {
    if (this.#isGone) return false;
    this.#isGone = true;
    return true;
  }

  /** With the number of rows that R was given. */
  #counted(headers: readonly string[]): readonly string[] {
    return this.scan === undefined ? headers : [...headers, 'x-penstock-rows', String(this.scan.rows)];
  }

  #head(status: number, message: string, headers: readonly string[]): void {
    const { isClosing, releaseHeader } = this.#context;
    if (this.#lease.endsNow() || isClosing) this.#reply.shouldKeepAlive = false;
    this.#reply.writeHead(status, message, releaseHeader.length === 0 ? [...headers] : [...headers, ...releaseHeader]);
    this.#status = status;
  }
}
