import type { Milliseconds } from '../clock.ts';
import type { Rate, Window } from './window.ts';

/** The classic tiers': at any moment, the calls of the last period count. */
export class SlidingWindow implements Window {
  /** When calls were counted, oldest first. */
  readonly #log: { at: Milliseconds; calls: number }[] = [];
  #longest: Milliseconds = 0;

  remaining(rate: Rate, now: Milliseconds): number {
    this.#forget(rate, now);
    let used = 0;
    for (const { at, calls } of this.#log) if (at > now - rate.period) used += calls;
    return rate.calls - used;
  }

  wait(rate: Rate, now: Milliseconds): Milliseconds {
    let over = 1 - this.remaining(rate, now);
    for (const { at, calls } of this.#log) {
      if (over <= 0) break;
      if (at <= now - rate.period) continue;
      over -= calls;
      if (over <= 0) return at + rate.period - now;
    }
    return over <= 0 ? 0 : rate.period;
  }

  count(calls: number, rate: Rate, now: Milliseconds): void {
    this.#forget(rate, now);
    const last = this.#log.at(-1);
    if (last?.at === now) last.calls += calls;
    else this.#log.push({ at: now, calls });
  }

  idle(now: Milliseconds): boolean {
    return (this.#log.at(-1)?.at ?? 0) <= now - this.#longest;
  }

  #forget(rate: Rate, now: Milliseconds): void {
    this.#longest = Math.max(this.#longest, rate.period);
    let old = 0;
    while (old < this.#log.length && this.#log[old]!.at <= now - this.#longest) old++;
    if (old > 0) this.#log.splice(0, old);
  }
}
