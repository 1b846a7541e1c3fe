import type { Milliseconds } from '../../service/units.ts';

/** How much of what was known remains when a call is added: about the last sixteen calls count. */
const remains = 15 / 16;

/** How long R works on one request of late, waiting aside: calls that answer many requests at once make that short. */
export class ServiceRate {
  #work: Milliseconds = 0;
  #requests = 0;

  /** Takes note of one worker's work. */
  observe(requests: number, time: Milliseconds): void {
    this.#work = this.#work * remains + time;
    this.#requests = this.#requests * remains + requests;
  }

  /** How long one worker takes for so many requests; 0 as long as nothing is known. */
  timeFor(requests: number): Milliseconds {
    return this.#requests === 0 ? 0 : (requests * this.#work) / this.#requests;
  }
}
