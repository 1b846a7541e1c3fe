import type { Milliseconds } from '../../../service/units.ts';

const first: Milliseconds = 100;
const longest: Milliseconds = 10_000;

/** How long to wait before the next attempt, twice as long after each failure in a row. */
export class Backoff {
  #failures = 0;

  get failures(): number {
    return this.#failures;
  }

  get delay(): Milliseconds {
    return this.#failures === 0 ? 0 : Math.min(first * 2 ** (this.#failures - 1), longest);
  }

  failed(): void {
    this.#failures += 1;
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
