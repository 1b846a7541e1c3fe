import type { Slot } from './r/slot.ts';
import type { Worker } from './r/worker.ts';

/** Where the workers come from. */
export interface Workshop {
  /** A further worker that is idle, and that nobody waits for; give it back with `giveBack`. */
  takeSpare(): Slot<Worker> | undefined;
  /**
   * Calls `take` with a further worker as soon as one is idle, perhaps at once, before anything that waits in the queue
   * gets it; give it back, too. With undefined when there will be none: the API's workers don't live, or are ended.
   * @returns what withdraws the claim, if it has not been met
   */
  claim(take: (slot: Slot<Worker> | undefined) => void): () => void;
  giveBack(slot: Slot<Worker>): void;
}

/** What became of a call, and whether its worker can take another one. */
export interface Returned<Result> {
  readonly result: Result;
  readonly isUsable: boolean;
}

/** A call that waits for a worker. */
interface Waiting {
  readonly take: (slot: Slot<Worker> | undefined) => void;
  withdraw: (() => void) | undefined;
}

/**
 * The workers with which a plan answers some jobs: the one that it was given, and further ones as they become idle. A call
 * waits while there is none.
 */
export class Staff {
  /** The worker that the jobs were taken for. */
  readonly given: Slot<Worker>;
  readonly #workshop: Workshop;
  readonly #waiting = new Set<Waiting>();
  #isFree = true;
  #isHeld = true;

  constructor(given: Slot<Worker>, workshop: Workshop) {
    this.given = given;
    this.#workshop = workshop;
  }

  /** Does some work with a worker as soon as there is one; resolves to undefined when there will be none. */
  async lend<Result>(work: (slot: Slot<Worker>) => Promise<Returned<Result>>): Promise<Result | undefined> {
    const slot = await this.#find();
    if (slot === undefined) return undefined;
    let isUsable = false;
    try {
      const returned = await work(slot);
      isUsable = returned.isUsable;
      return returned.result;
    } finally {
      this.#takeBack(slot, isUsable);
    }
  }

  /**
   * Does several pieces of work at once, with the worker given and all that are to spare now. Nothing else may be lent
   * meanwhile.
   */
  async lendSpare<Result>(work: (slots: readonly Slot<Worker>[]) => Promise<Returned<Result>>): Promise<Result> {
    const spare: Slot<Worker>[] = [];
    for (let next = this.#workshop.takeSpare(); next !== undefined; next = this.#workshop.takeSpare()) spare.push(next);
    this.#isFree = false;
    let isUsable = false;
    try {
      const returned = await work([this.given, ...spare]);
      isUsable = returned.isUsable;
      return returned.result;
    } finally {
      for (const slot of spare) this.#workshop.giveBack(slot);
      this.#takeBack(this.given, isUsable);
    }
  }

  /** Gives back what is still held: the plan is done. */
  dismiss(): void {
    if (this.#isHeld) this.#workshop.giveBack(this.given);
    this.#isHeld = false;
  }

  #find(): Slot<Worker> | undefined | Promise<Slot<Worker> | undefined> {
    if (this.#isHeld && this.#isFree) {
      this.#isFree = false;
      return this.given;
    }
    return new Promise((resolve) => {
      const waiting: Waiting = {
        withdraw: undefined,
        take: (slot) => {
          this.#waiting.delete(waiting);
          resolve(slot);
        },
      };
      this.#waiting.add(waiting);
      waiting.withdraw = this.#workshop.claim(waiting.take);
    });
  }

  #takeBack(slot: Slot<Worker>, isUsable: boolean): void {
    // The one given may have been given back and come again, as any other.
    if (slot !== this.given || !this.#isHeld) return this.#workshop.giveBack(slot);
    // At once: it may live all the same, and be the only one that the calls which wait can get.
    if (!isUsable) return this.dismiss();
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#isFree = true;
      return;
    }
    next.withdraw?.();
    next.take(slot);
  }
}
