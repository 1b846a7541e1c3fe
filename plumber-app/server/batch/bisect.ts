import type { Milliseconds } from '../../../service/units.ts';
import type { Answer, Failed, Outcome } from './answer.ts';
import type { Doubt, Experience } from './doubts.ts';
import { sliceAnswer } from './slice.ts';

/** What one request gets: R's answer to it alone, or its slice of a merged one (latin1, as `Slice.text`), or no answer. */
export type Result =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'sliced'; readonly answer: Answer; readonly text: string }
  | Failed;

/** What a merged call needs of its surroundings. */
export interface MergedCall<Request> {
  readonly experience: Experience;
  rows(request: Request): number;
  /**
   * One call to R, of one request as it came or of several merged.
   *
   * @param limit how long it may take; undefined: as long as any call.
   */
  call(requests: readonly Request[], limit: Milliseconds | undefined): Promise<Outcome>;
  /** Whether an answer is of the kind that was proven to be sliceable: same status, same headers. */
  isProven(answer: Answer): boolean;
  /**
   * How long a merged call of so many rows takes at the very most, when nothing is wrong.
   *
   * @param again a request that never ends may be among them: one more has taken too long.
   */
  leash(rows: number, again: boolean): Milliseconds | undefined;
  /** Gives a request its result; called once for each. */
  deliver(request: Request, result: Result): void;
}

/** What a merged call was good for. */
export interface Report {
  /** Calls made, the merged one included. */
  readonly calls: number;
  /** The merged answer could not be used although nothing was wrong with any request of it. */
  readonly inVain: boolean;
}

/**
 * Answers some requests by one call to R, and sees to it that none suffers from another: when the merged call fails, or
 * its answer can't be split, each half is called for itself, down to single requests. So one bad request among n causes
 * at most 2·⌈log₂ n⌉ further calls, and no error to others. Merged calls are kept on a leash, since waiting out the whole
 * time limit (there may be none) at every step would make the others wait for long; a request alone has all its time.
 * A request whose worker died is called once more, since workers also die of other causes (the call must be pure).
 */
export async function callMerged<Request>(requests: readonly Request[], merged: MergedCall<Request>): Promise<Report> {
  const run = new Run(merged);
  const isFine = await run.answer(requests, false);
  return { calls: run.calls, inVain: isFine && run.wasUseless };
}

class Run<Request> {
  calls = 0;
  wasUseless = false;
  readonly #merged: MergedCall<Request>;

  constructor(merged: MergedCall<Request>) {
    this.#merged = merged;
  }

  /**
   * Returns whether all requests got answers such as a good request gets.
   *
   * @param again they are part of what has taken too long.
   */
  async answer(requests: readonly Request[], again: boolean): Promise<boolean> {
    const [request] = requests;
    if (request === undefined) return true;
    if (requests.length === 1) return this.#answerAlone(request);
    const outcome = await this.#call(requests, this.#leash(requests, again));
    if (outcome.kind === 'answered' && (await this.#deliverSlices(requests, outcome.answer))) return true;
    const isOverdue = outcome.kind === 'failed' && outcome.reason === 'timeout';
    if (outcome.kind === 'answered' || isOverdue) this.wasUseless = true;
    const middle = requests.length >> 1;
    const halves = [requests.slice(0, middle), requests.slice(middle)].map((half) =>
      this.answer(half, again || isOverdue),
    );
    return (await Promise.all(halves)).every(Boolean);
  }

  async #answerAlone(request: Request): Promise<boolean> {
    const outcome = await this.#callAlone(request);
    this.#merged.deliver(request, outcome);
    return outcome.kind === 'answered' && this.#merged.isProven(outcome.answer);
  }

  /** False when the answer can't be split; then nothing was delivered. */
  async #deliverSlices(requests: readonly Request[], answer: Answer): Promise<boolean> {
    const merged = this.#merged;
    if (!merged.isProven(answer)) return false;
    const slices = sliceAnswer(
      answer.body,
      requests.map((request) => merged.rows(request)),
      merged.experience,
    );
    if (slices === undefined) return false;
    const doubtful: Promise<void>[] = [];
    slices.forEach(({ text, doubts }, i) => {
      const request = requests[i]!;
      if (doubts.length === 0) merged.deliver(request, { kind: 'sliced', answer, text });
      else doubtful.push(this.#settle(request, text, doubts));
    });
    await Promise.all(doubtful);
    return true;
  }

  /** Answers a request alone, and learns whether its slice would have been the same. */
  async #settle(request: Request, text: string, doubts: readonly Doubt[]): Promise<void> {
    const outcome = await this.#callAlone(request);
    if (outcome.kind === 'answered') {
      const equal = outcome.answer.body.toString('latin1') === text;
      for (const { column, bits } of doubts) column.learn(bits, equal);
    }
    this.#merged.deliver(request, outcome);
  }

  async #callAlone(request: Request): Promise<Outcome> {
    const outcome = await this.#call([request], undefined);
    return outcome.kind === 'failed' && outcome.reason === 'died' ? this.#call([request], undefined) : outcome;
  }

  #call(requests: readonly Request[], limit: Milliseconds | undefined): Promise<Outcome> {
    this.calls++;
    return this.#merged.call(requests, limit);
  }

  #leash(requests: readonly Request[], again: boolean): Milliseconds | undefined {
    const rows = requests.reduce((sum, request) => sum + this.#merged.rows(request), 0);
    return this.#merged.leash(rows, again);
  }
}
