import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { Headers } from '../headers.ts';
import type { ByteStream } from './body.ts';

/** How much of an answer is held before its reader is known or when the reader is slow. */
const highWater = 64 * 1024;

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly stream: ResponseStream;
}

interface Reader {
  chunk(chunk: Buffer): void;
  end(): void;
  fail(error: Error): void;
}

/** One call to a backend: its answer's head as a promise, its bytes for whoever takes them. */
export class ResponseStream implements ByteStream, Dispatcher.DispatchHandler {
  readonly head: Promise<Answer>;
  #resolve!: (answer: Answer) => void;
  #reject!: (error: Error) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #aborted: Error | undefined;
  #waiting: Buffer[] = [];
  #waitingLength = 0;
  #outcome: 'ended' | Error | undefined;
  #reader: Reader | undefined;

  constructor() {
    this.head = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(this.#aborted);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _headers: unknown, reason = ''): void {
    if (status < 200) return;
    const raw = controller.rawHeaders as Buffer[];
    const headers = new Headers(raw.map((part) => part.toString('latin1')));
    this.#resolve({ status, reason, headers, stream: this });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#reader) {
      this.#reader.chunk(chunk);
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingLength += chunk.length;
    if (this.#waitingLength > highWater) controller.pause();
  }

  onResponseEnd(): void {
    this.#outcome = 'ended';
    this.#reader?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#outcome = error;
    this.#reject(error);
    this.#reader?.fail(error);
  }

  abort(error: Error): void {
    this.#aborted = error;
    if (this.#outcome === undefined) this.#controller?.abort(error);
  }

  /** Nobody wants the rest: a short one is read so that its connection can be used again, a long one is cut off. */
  discard(): void {
    if (this.#outcome !== undefined) return;
    let length = 0;
    this.#read({
      chunk: (chunk) => {
        length += chunk.length;
        if (length > highWater) this.abort(new Error('the rest of the answer is not wanted'));
      },
      end: () => undefined,
      fail: () => undefined,
    });
  }

  collect(limit = Infinity): Promise<{ length: number; bytes: Buffer | undefined }> {
    return new Promise((resolve, reject) => {
      let chunks: Buffer[] = [];
      let length = 0;
      this.#read({
        chunk(chunk) {
          length += chunk.length;
          if (length <= limit) chunks.push(chunk);
          else chunks = [];
        },
        end: () => resolve({ length, bytes: length > limit ? undefined : Buffer.concat(chunks) }),
        fail: reject,
      });
    });
  }

  /** Writes the bytes as they come; an answer that is complete already goes out in one write with its headers. */
  sendTo(response: ServerResponse, sent: (length: number) => void): void {
    let last: Buffer | undefined;
    if (this.#outcome === 'ended' && this.#waiting.length <= 1) {
      last = this.#waiting.pop();
      sent(last?.length ?? 0);
      response.end(last);
      return;
    }
    response.on('drain', () => this.#controller?.resume());
    this.#read({
      chunk: (chunk) => {
        sent(chunk.length);
        if (!response.write(chunk)) this.#controller?.pause();
      },
      end: () => response.end(),
      fail: () => response.destroy(),
    });
  }

  #read(reader: Reader): void {
    this.#reader = reader;
    for (const chunk of this.#waiting.splice(0)) reader.chunk(chunk);
    if (this.#outcome === 'ended') reader.end();
    else if (this.#outcome) reader.fail(this.#outcome);
    else this.#controller?.resume();
  }
}
