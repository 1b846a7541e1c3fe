import type { Milliseconds } from '../../service/units.ts';

/** Waiting requests that one call to R may answer together. Which those are is for a plan to say. */
export class Lane<Item extends Waiting = Waiting> {
  readonly key: string;
  first: Item | undefined;
  last: Item | undefined;
  length = 0;

  constructor(key: string) {
    this.key = key;
  }
}

/** What can wait in a queue: it carries its own links, so that waiting allocates nothing and leaving costs nothing. */
export abstract class Waiting {
  /** When it began to wait, on the queue's clock. */
  since: Milliseconds = 0;
  /** It is held back until then for others to join it, on the queue's clock. */
  heldUntil: Milliseconds = 0;
  lane: Lane<this> | undefined;
  isWaiting = false;
  next: this | undefined;
  previous: this | undefined;
  nextInLane: this | undefined;
  previousInLane: this | undefined;
}

export interface QueueOptions<Item extends Waiting> {
  /** How long an item may wait; undefined: as long as it takes. */
  readonly timeout: Milliseconds | undefined;
  readonly now: () => Milliseconds;
  /** An item has waited too long, and has left. */
  readonly onTimeout: (item: Item) => void;
}

/** First in, first out; an item may also leave early, and the items of one lane may be taken together. */
export class Queue<Item extends Waiting> {
  readonly #options: QueueOptions<Item>;
  #first: Item | undefined;
  #last: Item | undefined;
  #length = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: QueueOptions<Item>) {
    this.#options = options;
  }

  get length(): number {
    return this.#length;
  }

  /** The item that waits longest. */
  get first(): Item | undefined {
    return this.#first;
  }

  push(item: Item): void {
    const before = this.#last;
    item.since = this.#options.now();
    item.isWaiting = true;
    item.previous = before;
    if (before === undefined) this.#first = item;
    else before.next = item;
    this.#last = item;
    this.#length += 1;
    if (item.lane !== undefined) enterLane(item, item.lane);
    if (this.#timer === undefined) this.expire();
  }

  /** Takes the item that waits longest, those that are held back aside. */
  shift(): Item | undefined {
    let item = this.#first;
    if (item === undefined) return undefined;
    if (item.heldUntil > 0) {
      const now = this.#options.now();
      while (item !== undefined && item.heldUntil > now) item = item.next;
    }
    if (item !== undefined) this.remove(item);
    return item;
  }

  /** How long it is until one of those that are held back is so no more; undefined when there are none. */
  untilNext(): Milliseconds | undefined {
    let soonest = Infinity;
    for (let item = this.#first; item !== undefined; item = item.next) soonest = Math.min(soonest, item.heldUntil);
    return soonest === Infinity ? undefined : Math.max(0, soonest - this.#options.now());
  }

  /** Takes an item out; nothing happens when it does not wait. */
  remove(item: Item): void {
    if (!item.isWaiting) return;
    item.isWaiting = false;
    this.#length -= 1;
    if (item.previous === undefined) this.#first = item.next;
    else item.previous.next = item.next;
    if (item.next === undefined) this.#last = item.previous;
    else item.next.previous = item.previous;
    item.next = item.previous = undefined;
    if (item.lane !== undefined) leaveLane(item, item.lane);
  }

  /** Takes everything out, in order. */
  drain(): Item[] {
    const items: Item[] = [];
    for (let item = this.#first; item !== undefined; item = this.#first) {
      this.remove(item);
      items.push(item);
    }
    return items;
  }

  /** Makes those leave that have waited too long. One timer, for the item that waits longest: all have the same time. */
  expire(): void {
    const { timeout, now, onTimeout } = this.#options;
    if (timeout === undefined) return;
    for (let item = this.#first; item !== undefined; item = this.#first) {
      const left = item.since + timeout - now();
      if (left > 0) return this.#expireIn(left);
      this.remove(item);
      onTimeout(item);
    }
  }

  #expireIn(time: Milliseconds): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.expire();
    }, Math.ceil(time));
  }
}

function enterLane<Item extends Waiting>(item: Item, lane: Lane<Item>): void {
  item.previousInLane = lane.last;
  if (lane.last === undefined) lane.first = item;
  else lane.last.nextInLane = item;
  lane.last = item;
  lane.length += 1;
}

function leaveLane<Item extends Waiting>(item: Item, lane: Lane<Item>): void {
  if (item.previousInLane === undefined) lane.first = item.nextInLane;
  else item.previousInLane.nextInLane = item.nextInLane;
  if (item.nextInLane === undefined) lane.last = item.previousInLane;
  else item.nextInLane.previousInLane = item.previousInLane;
  item.nextInLane = item.previousInLane = undefined;
  lane.length -= 1;
}
