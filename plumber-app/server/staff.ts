import { type Workshop } from './plan.ts';
import { type Slot } from './r/slot.ts';
import { type Worker } from './r/worker.ts';

/** What became of a lent slot: a worker that died or was ended takes no further call. */
interface Returned<Result> {
  readonly outcome: Result;
  readonly isUsable: boolean;
}

/**
 * The slots with which one plan makes several calls: the one that it was given, and further ones as they become idle. A
 * call waits while none is free.
 */
export class Staff {
  readonly #workshop: Workshop;
  readonly #given: Slot<Worker>;
  #givenIs: 'free' | 'lent' | 'gone' = 'free';
  readonly #waiting: ((slot: Slot<Worker>) => void)[] = [];

  constructor(given: Slot<Worker>, workshop: Workshop) {
    this.#given = given;
    this.#workshop = workshop;
  }

  async lend<Result>(work: (slot: Slot<Worker>) => Promise<Returned<Result>>): Promise<Result> {
    const slot = await this.#find();
    let isUsable = false;
    try {
      const returned = await work(slot);
      isUsable = returned.isUsable;
      return returned.outcome;
    } finally {
      this.#takeBack(slot, isUsable);
    }
  }

  async #find(): Promise<Slot<Worker>> {
    if (this.#givenIs === 'free') {
      this.#givenIs = 'lent';
      return this.#given;
    }
    const idle = this.#workshop.takeIdle();
    if (idle !== undefined) return idle;
    if (this.#givenIs === 'gone') return this.#workshop.nextIdle();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #takeBack(slot: Slot<Worker>, isUsable: boolean): void {
    const next = isUsable ? this.#waiting.shift() : undefined;
    if (next !== undefined) return next(slot);
    if (slot === this.#given) this.#givenIs = isUsable ? 'free' : 'gone';
    else this.#workshop.giveBack(slot);
    // Who waited for the given slot would wait for ever now.
    if (this.#givenIs === 'gone') {
      for (const resolve of this.#waiting.splice(0)) void this.#workshop.nextIdle().then(resolve);
    }
  }
}
