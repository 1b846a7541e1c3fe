import type { Milliseconds } from '../clock.ts';

export interface Rate {
  readonly calls: number;
  readonly period: Milliseconds;
}

/** One key's calls, counted in one of the two ways that API Management's tiers do. */
export interface Window {
  /** How many calls are left at this moment; negative after more were counted than allowed. */
  remaining(rate: Rate, now: Milliseconds): number;
  /** How long until one more call is allowed; 0 when it is. */
  wait(rate: Rate, now: Milliseconds): Milliseconds;
  count(calls: number, rate: Rate, now: Milliseconds): void;
  /** Whether it holds nothing that matters any more. */
  idle(now: Milliseconds): boolean;
}
