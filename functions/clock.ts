import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../service/units.ts';

/** Time, as far as this app needs it. */
export interface Clock {
  now(): Date;
  /** Milliseconds from an arbitrary start, never going back: for durations. */
  elapsed(): Milliseconds;
  /** @throws the signal's reason, as soon as it aborts */
  sleep(duration: Milliseconds, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  async sleep(duration, signal) {
    try {
      await sleep(duration, undefined, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
