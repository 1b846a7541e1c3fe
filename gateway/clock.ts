/** Milliseconds since 1970 or a span of them. */
export type Milliseconds = number;

/** Where the gateway's time comes from; tests pass one that they move themselves. */
export interface Clock {
  now(): Milliseconds;
  /** Runs `callback` once, `delay` from now, unless the returned function is called before. */
  after(delay: Milliseconds, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay);
    return () => clearTimeout(timer);
  },
};

export function sleep(clock: Clock, delay: Milliseconds): Promise<void> {
  return new Promise((resolve) => void clock.after(delay, resolve));
}
