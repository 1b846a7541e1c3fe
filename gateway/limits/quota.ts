import type { Clock, Milliseconds } from '../clock.ts';

export interface Quota {
  readonly calls: number | undefined;
  /** Bytes. */
  readonly bandwidth: number | undefined;
  /** 0: the quota is never replenished. */
  readonly period: Milliseconds;
  /** When the first period began. */
  readonly start: Milliseconds;
}

interface Usage {
  period: number;
  calls: number;
  bytes: number;
}

export interface Exhausted {
  readonly what: 'call volume' | 'bandwidth';
  /** Undefined when the quota is never replenished. */
  readonly wait: Milliseconds | undefined;
}

/** The counters of quota and quota-by-key, in fixed periods. They live as long as the gateway. */
export class QuotaCounters {
  readonly #usage = new Map<string, Usage>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is exhausted, if anything is. `own` calls were counted for the very call that asks. */
  exhausted(key: string, quota: Quota, own = 0): Exhausted | undefined {
    const usage = this.#current(key, quota);
    const what =
      quota.calls !== undefined && usage.calls - own >= quota.calls
        ? 'call volume'
        : quota.bandwidth !== undefined && usage.bytes >= quota.bandwidth
          ? 'bandwidth'
          : undefined;
    if (!what) return undefined;
    const ends = quota.start + (usage.period + 1) * quota.period;
    return { what, wait: quota.period === 0 ? undefined : ends - this.#clock.now() };
  }

  count(key: string, quota: Quota, calls: number, bytes: number): void {
    const usage = this.#current(key, quota);
    usage.calls += calls;
    usage.bytes += bytes;
  }

  #current(key: string, quota: Quota): Usage {
    const period = quota.period === 0 ? 0 : Math.floor((this.#clock.now() - quota.start) / quota.period);
    let usage = this.#usage.get(key);
    if (!usage || usage.period !== period) this.#usage.set(key, (usage = { period, calls: 0, bytes: 0 }));
    return usage;
  }
}
