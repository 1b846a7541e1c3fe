import type { Clock, Milliseconds } from '../clock.ts';
import type { Settings } from '../config.ts';
import { SlidingWindow } from './sliding-window.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Rate, Window } from './window.ts';

const sweepEvery: Milliseconds = 300_000;

/** The counters of rate-limit and rate-limit-by-key. */
export class RateCounters {
  readonly #windows = new Map<string, Window>();
  readonly #clock: Clock;
  readonly #kind: Settings['rateLimit'];
  #swept: Milliseconds;

  constructor(clock: Clock, kind: Settings['rateLimit']) {
    this.#clock = clock;
    this.#kind = kind;
    this.#swept = clock.now();
  }

  remaining(key: string, rate: Rate): number {
    return this.#window(key).remaining(rate, this.#clock.now());
  }

  /** How long a call of this key has to wait; 0 when it may go now. */
  wait(key: string, rate: Rate): Milliseconds {
    return this.#window(key).wait(rate, this.#clock.now());
  }

  count(key: string, calls: number, rate: Rate): void {
    this.#window(key).count(calls, rate, this.#clock.now());
  }

  #window(key: string): Window {
    let window = this.#windows.get(key);
    if (!window) {
      this.#sweep();
      window = this.#kind === 'sliding' ? new SlidingWindow() : new TokenBucket();
      this.#windows.set(key, window);
    }
    return window;
  }

  /** Keys may be anything a caller sends, so those that are at rest are dropped now and then. */
  #sweep(): void {
    const now = this.#clock.now();
    if (now - this.#swept < sweepEvery) return;
    this.#swept = now;
    for (const [key, window] of this.#windows) if (window.idle(now)) this.#windows.delete(key);
  }
}
