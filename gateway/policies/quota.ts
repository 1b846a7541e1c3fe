import type { Milliseconds } from '../clock.ts';
import type { Policy } from '../compile/policy.ts';
import type { PolicyReader } from '../compile/reader.ts';
import { checkQuota, countBytes } from './shared/quota.ts';
import { scopedLimits } from './shared/scoped-limits.ts';

/** Limits the calls and the bandwidth of each subscription in fixed periods, counted from the subscription's start. */
export const quota: Policy = {
  name: 'quota',
  sections: ['inbound'],
  scopes: ['product'],
  once: true,
  compile(element) {
    let period: Milliseconds = 0;
    const limits = scopedLimits(element, (part) => {
      // The period of api and operation elements is the policy's, but the reference gives them one as well.
      const own = part.literal('renewal-period', part.optionalInteger('renewal-period', { min: 0 }));
      if (part === element) {
        if (own === undefined) element.refuse('quota: the attribute renewal-period is missing');
        period = (own ?? 0) * 1000;
      }
      return { ...readVolume(part), period: own === undefined ? period : own * 1000 };
    });
    return async (exchange) => {
      const { Subscription: subscription, Product: product } = exchange;
      if (!subscription) return;
      const start = (subscription.StartDate ?? subscription.CreatedDate).getTime();
      const applying = limits
        .filter(({ applies }) => applies(exchange))
        .map(({ limit, key }) => ({
          limited: { ...limit, start },
          key: `quota/${product?.Id}/${key}/${subscription.Id}`,
        }));
      for (const { limited, key } of applying) checkQuota(exchange, key, limited);
      for (const { limited, key } of applying) {
        exchange.runtime.quotas.count(key, limited, 1, 0);
        await countBytes(exchange, key, limited);
      }
    };
  },
};

/** Calls and kilobytes, of which one at least must be there. */
export function readVolume(element: PolicyReader): { calls: number | undefined; bandwidth: number | undefined } {
  const calls = element.literal('calls', element.optionalInteger('calls', { min: 1 }));
  const kilobytes = element.literal('bandwidth', element.optionalInteger('bandwidth', { min: 1 }));
  if (calls === undefined && kilobytes === undefined)
    element.refuse(`${element.name}: calls, bandwidth or both are needed`);
  return { calls, bandwidth: kilobytes === undefined ? undefined : kilobytes * 1024 };
}
