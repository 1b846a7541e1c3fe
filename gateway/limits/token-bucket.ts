import type { Milliseconds } from '../clock.ts';
import type { Rate, Window } from './window.ts';

/** The v2 tiers': a bucket of `calls` tokens that fills evenly, wholly within one period. */
export class TokenBucket implements Window {
  #spent = 0;
  #at: Milliseconds = 0;
  #period: Milliseconds = 0;

  remaining(rate: Rate, now: Milliseconds): number {
    this.#refill(rate, now);
    // A token that is whole but for rounding is whole.
    return Math.floor(rate.calls - this.#spent + 1e-9);
  }

  wait(rate: Rate, now: Milliseconds): Milliseconds {
    this.#refill(rate, now);
    const missing = 1 - (rate.calls - this.#spent);
    return missing <= 1e-9 ? 0 : (missing * rate.period) / rate.calls;
  }

  count(calls: number, rate: Rate, now: Milliseconds): void {
    this.#refill(rate, now);
    this.#spent += calls;
  }

  idle(now: Milliseconds): boolean {
    return this.#at <= now - this.#period;
  }

  #refill(rate: Rate, now: Milliseconds): void {
    this.#spent = Math.max(0, this.#spent - ((now - this.#at) * rate.calls) / rate.period);
    this.#at = now;
    this.#period = Math.max(this.#period, rate.period);
  }
}
