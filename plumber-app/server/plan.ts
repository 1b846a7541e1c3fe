import type { Milliseconds } from '../../service/units.ts';
import { refusals, type Refusal } from './errors.ts';
import type { RawHeaders } from './headers.ts';
import type { Job } from './job.ts';
import type { Queue } from './queue.ts';
import type { Sink } from './r/connection.ts';
import { CallFailed, type Slot } from './r/slot.ts';
import type { Staff } from './staff.ts';

/** How the requests of one route are taken from the queue and answered. Chosen when a release is loaded. */
export interface Plan {
  /**
   * Looks at a request, body and all, before it waits: returns the refusal of one that R need not see. A plan that
   * answers several at once gives the job its lane here.
   */
  admit?(job: Job): Refusal | undefined;
  /**
   * What one idle worker is to do next, now that `first` has come to the head of the queue, and left it: `first` alone,
   * or more that the plan takes out of the queue.
   * @param idle workers that are idle now, this one included
   */
  take(first: Job, queue: Queue<Job>, idle: number): readonly Job[];
  /** Answers the jobs, or refuses them, with the staff's workers. A job that is gone may be left unanswered. */
  run(jobs: readonly Job[], staff: Staff): Promise<void>;
}

/**
 * How long a caller may take to read what we keep for it of a large answer (job.ts, 4 MiB), while R waits to say more. Bare
 * Plumber would go on to the next request meanwhile.
 */
const patience: Milliseconds = 60_000;

/** One request, one call; R's answer is handed on as it comes. */
export const passOn = passOnWithin(patience);

/** As `passOn`, for callers that may be that slow. */
export function passOnWithin(slowest: Milliseconds): Plan {
  return {
    take: (first) => [first],
    run: ([job], { given }) =>
      new Promise((resolve) =>
        job === undefined ? resolve() : given.call(job.toCall(), new PassOn(job, given, slowest, resolve)),
      ),
  };
}

class PassOn implements Sink {
  readonly #job: Job;
  readonly #slot: Slot;
  readonly #slowest: Milliseconds;
  readonly #done: () => void;
  #head: { status: number; message: string; headers: RawHeaders } | undefined;
  /** Most answers are one chunk: then head and body leave in one write. */
  #first: Buffer | undefined;
  #hasBegun = false;
  #isPaused = false;
  #tooSlow: NodeJS.Timeout | undefined;

  constructor(job: Job, slot: Slot, slowest: Milliseconds, done: () => void) {
    this.#job = job;
    this.#slot = slot;
    this.#slowest = slowest;
    this.#done = done;
  }

  onHead(status: number, message: string, headers: RawHeaders): void {
    this.#head = { status, message, headers };
  }

  onData(chunk: Buffer): boolean {
    if (!this.#hasBegun && this.#first === undefined) {
      this.#first = chunk;
      return true;
    }
    this.#begin();
    if (this.#job.write(chunk)) return true;
    this.#isPaused = true;
    this.#tooSlow = setTimeout(() => this.onOverdue(), this.#slowest);
    this.#job.onDrain(() => this.#resume());
    return false;
  }

  onEnd(): void {
    try {
      if (this.#hasBegun) this.#job.end();
      else if (this.#head !== undefined) {
        const { status, message, headers } = this.#head;
        this.#job.answer(status, message, headers, this.#first);
      }
    } catch (error) {
      this.#job.refuse(refusals.unspeakable((error as Error).message));
    }
    this.#done();
  }

  onFailure(error: Error): void {
    clearTimeout(this.#tooSlow);
    if (this.#hasBegun) this.#job.abort();
    else this.#job.refuse(refusalOf(error));
    this.#done();
  }

  onOverdue(): boolean {
    if (!this.#isPaused) return false;
    this.#job.abort();
    this.#resume();
    return true;
  }

  #begin(): void {
    if (this.#hasBegun || this.#head === undefined) return;
    const { status, message, headers } = this.#head;
    this.#job.begin(status, message, headers);
    this.#hasBegun = true;
    if (this.#first !== undefined) this.#job.write(this.#first);
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    clearTimeout(this.#tooSlow);
    this.#slot.resume();
  }
}

/** How a caller is told that the call to R failed. */
export function refusalOf(error: Error): Refusal {
  if (!(error instanceof CallFailed)) return refusals.internal;
  if (error.reason === 'timeout') return refusals.timeout(error.message);
  if (error.reason === 'malformed') return refusals.malformed(error.message);
  if (error.reason === 'unspeakable') return refusals.unspeakable(error.message);
  return refusals.workerDied;
}
