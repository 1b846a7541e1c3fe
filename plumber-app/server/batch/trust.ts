import type { Milliseconds } from '../../../service/units.ts';

const MOST_IN_VAIN = 3;
const FIRST_PAUSE = 10_000;
const LONGEST_PAUSE = 600_000;

/**
 * Whether merging is worth while for a route. Three merges in a row whose answers could not be used, though nothing was
 * wrong with the requests, end it for 10 s; if that happens again, for twice as long, up to 10 minutes.
 */
export class Trust {
  #inVain = 0;
  #pause: Milliseconds = FIRST_PAUSE;
  #until: Milliseconds = -Infinity;

  /** Whether requests may merge now. */
  holds(now: Milliseconds): boolean {
    return now >= this.#until;
  }

  /** Takes note of a merge. Returns how long there will be no more of them, when it was one too many in vain. */
  onMerged(inVain: boolean, now: Milliseconds): Milliseconds | undefined {
    if (!inVain) {
      this.#inVain = 0;
      this.#pause = FIRST_PAUSE;
      return undefined;
    }
    if (++this.#inVain < MOST_IN_VAIN) return undefined;
    const pause = this.#pause;
    this.#inVain = 0;
    this.#until = now + pause;
    this.#pause = Math.min(2 * pause, LONGEST_PAUSE);
    return pause;
  }
}
