import { given, whole } from './check.ts';
import { element, policy, type AnywherePolicy, type Policy, type Scope, type Section } from './policy.ts';
import type { Condition } from './text.ts';

/** A branch of `choose`: what to do when its condition holds. */
export interface When<In extends Section, At extends Scope> {
  readonly when: Condition;
  readonly then: readonly Policy<In, At>[];
}

/** Does what stands in the first branch whose condition holds, else what `otherwise` says. */
export function choose<In extends Section, At extends Scope>(
  branches: readonly When<In, At>[],
  otherwise: readonly Policy<In, At>[] = [],
): Policy<In, At> {
  if (branches.length === 0) throw new RangeError('choose: expected at least one branch');
  return policy('choose', {}, [
    ...branches.map(({ when, then }) =>
      element(
        'when',
        { condition: when },
        then.map((one) => one.element),
      ),
    ),
    ...(otherwise.length > 0
      ? [
          element(
            'otherwise',
            {},
            otherwise.map((one) => one.element),
          ),
        ]
      : []),
  ]);
}

export interface RetryOptions {
  /** How many times more, 1 to 50. */
  readonly count: number;
  /** Seconds between two tries. */
  readonly interval: number;
  /** The longest interval in seconds: with it and `delta` the intervals grow exponentially. */
  readonly maxInterval?: number;
  /** What the interval grows by, in seconds. */
  readonly delta?: number;
  /** Try again at once the first time. Default false. */
  readonly firstFastRetry?: boolean;
}

/** Does its policies, and again while the condition holds. */
export function retry<In extends Section, At extends Scope>(
  condition: Condition,
  { count, interval, maxInterval, delta, firstFastRetry }: RetryOptions,
  policies: readonly Policy<In, At>[],
): Policy<In, At> {
  if (maxInterval !== undefined && delta === undefined) {
    throw new RangeError('retry: expected delta along with maxInterval');
  }
  return policy(
    'retry',
    {
      condition,
      count: whole(count, 'retry count', 1, 50),
      interval: whole(interval, 'retry interval', 1),
      'max-interval': maxInterval,
      delta,
      'first-fast-retry': firstFastRetry,
    },
    policies.map((one) => one.element),
  );
}

/** What the wider scope says for this section. */
export function base(): Policy<Section, Exclude<Scope, 'global'>> {
  return policy('base');
}

/** The policies of a fragment. */
export function includeFragment(id: string): AnywherePolicy {
  return policy('include-fragment', { 'fragment-id': given(id, 'include-fragment fragment-id') });
}
