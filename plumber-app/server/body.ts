import type { IncomingMessage } from 'node:http';
import type { Bytes } from '../../service/units.ts';
import { refusals } from './errors.ts';
import type { Job } from './job.ts';

/** How much more of a body that was refused is read, so that the caller gets to read the answer before the end. */
const discardedAtMost: Bytes = 16 * 1024 * 1024;

/** How many bytes of request bodies the server may hold at one time, those of all requests together. */
export class BodyBudget {
  readonly limit: Bytes;
  #held = 0;

  constructor(limit: Bytes) {
    this.limit = limit;
  }

  get held(): Bytes {
    return this.#held;
  }

  /** False, and nothing taken, when there is no room. */
  take(size: Bytes): boolean {
    if (this.#held + size > this.limit) return false;
    this.#held += size;
    return true;
  }

  give(size: Bytes): void {
    this.#held -= size;
  }
}

export interface BodyOptions {
  readonly limit: Bytes | undefined;
  readonly budget: BodyBudget;
  /** Asks a caller that waits for it (`Expect: 100-continue`) to send the body. */
  readonly invite: (() => void) | undefined;
}

/** Reads the job's body into memory and calls `onWhole`; or refuses the job, and then reads on only to be polite. */
export function readBody(job: Job, request: IncomingMessage, options: BodyOptions, onWhole: () => void): void {
  const { limit, budget, invite } = options;
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if ((length === undefined || length === '0') && encoding === undefined) return onWhole();
  const announced = length === undefined ? 0 : Number(length);
  if (limit !== undefined && announced > limit) {
    job.refuse(refusals.tooLarge(limit), { close: invite !== undefined });
    return discard(request);
  }
  invite?.();

  let size = 0;
  let only: Buffer | undefined;
  let chunks: Buffer[] | undefined;
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    const isTooLarge = limit !== undefined && size > limit;
    if (isTooLarge || !budget.take(chunk.length)) {
      request.off('data', onData).off('end', onEnd);
      job.refuse(isTooLarge ? refusals.tooLarge(limit) : refusals.noMemory.retryAfter(1));
      return discard(request);
    }
    job.bodyHeld = size;
    if (only === undefined) only = chunk;
    else (chunks ??= [only]).push(chunk);
  };
  const onEnd = () => {
    job.body = chunks === undefined ? (only ?? Buffer.alloc(0)) : Buffer.concat(chunks, size);
    onWhole();
  };
  request.on('data', onData).on('end', onEnd);
}

function discard(request: IncomingMessage): void {
  let left = discardedAtMost;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.socket.destroy();
  });
}
