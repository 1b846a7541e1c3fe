import { prepare } from '../execution/step.ts';
import type { Policy } from '../compile/policy.ts';
import { readVolume } from './quota.ts';
import { checkQuota, countBytes } from './shared/quota.ts';

/** Limits the calls and the bandwidth of any key. Policies with the same key share its counter, which counts a call once. */
export const quotaByKey: Policy = {
  name: 'quota-by-key',
  sections: ['inbound'],
  compile(element) {
    if (!element.build.settings.quotaByKey) element.refuse('quota-by-key is not allowed (settings.quotaByKey)');
    const volume = readVolume(element);
    const seconds = element.literal('renewal-period', element.integer('renewal-period', { min: 0 }));
    if (seconds !== undefined && seconds !== 0 && seconds < 300)
      element.refuse(`quota-by-key: renewal-period="${seconds}" must be 0, or 300 or more`);
    const counterKey = element.text('counter-key');
    const condition = element.flag('increment-condition', true);
    const increment = element.optionalInteger('increment-count', { min: 0 });
    const firstPeriod = element.literal('first-period-start', element.optionalText('first-period-start'));
    const start = Date.parse(firstPeriod ?? '0001-01-01T00:00:00Z');
    if (Number.isNaN(start))
      element.refuse(`quota-by-key: first-period-start="${firstPeriod}" must be a date and time`);
    const limited = { ...volume, period: (seconds ?? 0) * 1000, start };
    const atOnce = condition.constant && (!increment || increment.constant);

    return async (exchange) => {
      const { quotas } = exchange.runtime;
      const key = `quota-by-key/${limited.period}/${counterKey.get(exchange)}`;
      const counted = exchange.counted.get(key);
      checkQuota(exchange, key, limited, counted);
      if (counted !== undefined) return;
      exchange.counted.set(key, 0);
      await countBytes(exchange, key, limited);
      const count = () => {
        if (!condition.get(exchange)) return;
        const calls = increment?.get(exchange) ?? 1;
        quotas.count(key, limited, calls, 0);
        exchange.counted.set(key, calls);
      };
      if (atOnce) count();
      else
        exchange.beforeSending(async () => {
          await prepare(exchange, condition.needs);
          if (increment) await prepare(exchange, increment.needs);
          count();
        });
    };
  },
};
