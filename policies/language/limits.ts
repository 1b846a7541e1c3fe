import { whole } from './check.ts';
import { policy, type Policy, type Scope } from './policy.ts';
import type { Expression } from './text.ts';

type Narrow = Exclude<Scope, 'global'>;

export interface RateOptions {
  readonly calls: number;
  /** Seconds, 300 at most. */
  readonly renewalPeriod: number;
  /** A response header with the calls that are left. */
  readonly remainingCallsHeader?: string;
}

/** So many calls in a period, counted for each subscription; then 429 with Retry-After. Calls without a key don't count. */
export function rateLimit({ calls, renewalPeriod, remainingCallsHeader }: RateOptions): Policy<'inbound', Narrow> {
  return policy('rate-limit', {
    calls: whole(calls, 'rate-limit calls', 1),
    'renewal-period': whole(renewalPeriod, 'rate-limit renewal-period', 1, 300),
    'remaining-calls-header-name': remainingCallsHeader,
  });
}

/** So many calls in a period, counted for each value of an expression, over all scopes that name the same key. */
export function rateLimitByKey(
  { calls, renewalPeriod, remainingCallsHeader }: RateOptions,
  counterKey: Expression,
): Policy<'inbound', Scope> {
  return policy('rate-limit-by-key', {
    calls: whole(calls, 'rate-limit-by-key calls', 1),
    'renewal-period': whole(renewalPeriod, 'rate-limit-by-key renewal-period', 1, 300),
    'counter-key': counterKey,
    'remaining-calls-header-name': remainingCallsHeader,
  });
}

export interface QuotaOptions {
  readonly calls?: number;
  /** Kilobytes. */
  readonly bandwidth?: number;
  /** Seconds, 300 at least; 0 for a quota that is never renewed. */
  readonly renewalPeriod: number;
}

/** So many calls or kilobytes in a long period, for each subscription; then 403. */
export function quota({ calls, bandwidth, renewalPeriod }: QuotaOptions): Policy<'inbound', 'product'> {
  if (calls === undefined && bandwidth === undefined) throw new RangeError('quota: expected calls or bandwidth');
  return policy('quota', {
    calls: calls === undefined ? undefined : whole(calls, 'quota calls', 1),
    bandwidth: bandwidth === undefined ? undefined : whole(bandwidth, 'quota bandwidth', 1),
    'renewal-period': renewalPeriod === 0 ? 0 : whole(renewalPeriod, 'quota renewal-period', 300),
  });
}

/** @returns an all-day period, in seconds */
export const day = 86_400;
