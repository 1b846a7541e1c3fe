import { errors } from 'undici';
import type { Milliseconds } from '../../../service/units.ts';
import type { RawHeaders } from '../headers.ts';
import type { Failed } from '../batch/answer.ts';
import { collecting, Connection, InformationalStatus, type Answer, type Call, type Sink } from './connection.ts';

/** Why a call got no (whole) answer. */
export class CallFailed extends Error {
  override name = 'CallFailed';
  readonly reason: Failed['reason'];

  constructor(reason: Failed['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface SlotOwner {
  /** The call in a slot has run out of time. */
  onTimeout(): void;
  /** The connection of a slot failed with a call on it. */
  onBroken(): void;
}

/** Room for one call at a time in a worker: its connection, and the call's time limit. */
export class Slot<Owner extends SlotOwner = SlotOwner> implements Sink {
  readonly worker: Owner;
  readonly #connection: Connection;
  readonly #timeout: Milliseconds | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sink: Sink | undefined;

  constructor(worker: Owner, socketPath: string, timeout: Milliseconds | undefined) {
    this.worker = worker;
    this.#connection = new Connection(socketPath);
    this.#timeout = timeout;
  }

  /** Sends a call to R. Its sink gets an end or a failure (a CallFailed), once; then the slot can take the next call. */
  call(call: Call, sink: Sink, limit: Milliseconds | undefined = this.#timeout): void {
    this.#sink = sink;
    if (limit !== undefined) this.#timer = setTimeout(() => this.#overdue(limit), limit);
    this.#connection.call(call, this);
  }

  /**
   * As `call`, for an answer that is wanted whole.
   * @param limit a shorter time than the service allows
   * @throws CallFailed
   */
  ask(call: Call, limit?: Milliseconds): Promise<Answer> {
    const time = limit === undefined ? this.#timeout : Math.min(limit, this.#timeout ?? Infinity);
    return new Promise((resolve, reject) => this.call(call, collecting(resolve, reject), time));
  }

  /** Goes on after the sink has asked for no more. */
  resume(): void {
    this.#connection.resume();
  }

  close(): void {
    this.#connection.close();
  }

  onHead(status: number, message: string, headers: RawHeaders): void {
    this.#sink?.onHead(status, message, headers);
  }

  onData(chunk: Buffer): boolean {
    return this.#sink?.onData(chunk) ?? true;
  }

  onEnd(): void {
    this.#finish()?.onEnd();
  }

  onFailure(error: Error & { code?: string }): void {
    const sink = this.#finish();
    if (sink === undefined) return;
    const reason = reasonOf(error);
    if (reason !== 'malformed') this.worker.onBroken();
    sink.onFailure(new CallFailed(reason, error.message));
  }

  #overdue(limit: Milliseconds): void {
    if (this.#sink?.onOverdue?.() === true) {
      this.#timer = setTimeout(() => this.#overdue(limit), limit);
      return;
    }
    const sink = this.#finish();
    this.worker.onTimeout();
    sink?.onFailure(new CallFailed('timeout', `R did not answer within ${limit} ms`));
  }

  #finish(): Sink | undefined {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sink = this.#sink;
    this.#sink = undefined;
    return sink;
  }
}

function reasonOf(error: Error & { code?: string }): Failed['reason'] {
  if (error.code === 'UND_ERR_INVALID_ARG' || error.code === 'UND_ERR_NOT_SUPPORTED') return 'malformed';
  // An answer that breaks off, as when the worker dies, does not parse either; the message alone tells.
  const isNoHttp = error instanceof errors.HTTPParserError && !error.message.includes('EOF');
  return isNoHttp || error instanceof InformationalStatus ? 'unspeakable' : 'died';
}
