import type { Milliseconds } from '../service/units.ts';
import type { Clock } from './clock.ts';

export interface RetryPolicy<T> {
  /** How often `task` runs at most. */
  readonly attempts: number;
  /** The longest first pause; it doubles with every attempt. */
  readonly pause: Milliseconds;
  /** No pause is longer, whatever the other side asks for. */
  readonly longestPause: Milliseconds;
  /** Ends a pause at once. */
  readonly signal?: AbortSignal | undefined;
  /** Whether this result is worth another attempt, and the pause that the other side asked for (Retry-After), if any. */
  again(result: T): boolean | { readonly after: Milliseconds };
}

/**
 * Runs `task` until its result is good or the attempts are used up, and returns the last result. Pauses are drawn between half
 * of the back-off and all of it, so that callers who failed together don't come back together.
 *
 * @throws the signal's reason, when it aborts during a pause
 */
export async function retry<T>(
  task: (attempt: number) => Promise<T>,
  policy: RetryPolicy<T>,
  clock: Clock,
  random: () => number = Math.random,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const result = await task(attempt);
    const again = policy.again(result);
    if (again === false || attempt >= policy.attempts) return result;
    const backOff = policy.pause * 2 ** (attempt - 1) * (0.5 + random() / 2);
    const asked = again === true ? 0 : again.after;
    await clock.sleep(Math.min(Math.max(backOff, asked), policy.longestPause), policy.signal);
  }
}
