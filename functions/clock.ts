import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../service/units.ts';

/** Time, as far as this app needs it. */
export interface Clock {
  now(): Date;
  /** Milliseconds from an arbitrary start, never going back: for durations. */
  elapsed(): Milliseconds;
  sleep(duration: Milliseconds): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  sleep: (duration) => sleep(duration),
};
