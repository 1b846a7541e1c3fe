import type { Clock, Milliseconds } from '../clock.ts';

/** The gateway's own cache for cache-store-value and its kin. The least recently used value leaves when it is full. */
export class ValueCache {
  readonly #values = new Map<string, { value: unknown; until: Milliseconds }>();
  readonly #clock: Clock;
  readonly #capacity: number;

  constructor(clock: Clock, capacity = 10_000) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** Undefined when there is none, or it has expired. */
  get(key: string): unknown {
    const entry = this.#values.get(key);
    if (!entry) return undefined;
    this.#values.delete(key);
    if (entry.until <= this.#clock.now()) return undefined;
    this.#values.set(key, entry);
    return entry.value;
  }

  set(key: string, value: unknown, duration: Milliseconds): void {
    this.#values.delete(key);
    this.#values.set(key, { value, until: this.#clock.now() + duration });
    if (this.#values.size > this.#capacity) this.#values.delete(this.#values.keys().next().value!);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }
}
