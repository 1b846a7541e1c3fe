import type { Exchange } from '../execution/exchange.ts';
import { prepare } from '../execution/step.ts';
import type { Rate } from '../limits/window.ts';
import type { Policy } from '../compile/policy.ts';
import { countCall, rateReport } from './shared/rate.ts';

/** Limits the calls of any key; policies with the same key, at whatever scope, share its counter. */
export const rateLimitByKey: Policy = {
  name: 'rate-limit-by-key',
  sections: ['inbound'],
  compile(element) {
    const calls = element.integer('calls', { min: 1 });
    const seconds = element.integer('renewal-period', { min: 1, max: 300 });
    const counterKey = element.text('counter-key');
    const condition = element.flag('increment-condition', true);
    const increment = element.optionalInteger('increment-count', { min: 0 });
    const report = rateReport(element);
    const immediate = condition.constant?.value === true && (increment?.constant?.value ?? 1) === 1 && !increment;

    return (exchange) => {
      const rate: Rate = { calls: calls.get(exchange), period: seconds.get(exchange) * 1000 };
      const key = `rate-limit-by-key/${counterKey.get(exchange)}`;
      if (immediate) {
        countCall(exchange, key, rate, report);
        return;
      }
      const { rates } = exchange.runtime;
      const wait = rates.wait(key, rate);
      if (wait > 0) report.exceeded(exchange, wait);
      // An increment may depend on the response, so it is counted when that is known.
      exchange.beforeSending(async (settled: Exchange) => {
        await prepare(settled, condition.needs);
        if (increment) await prepare(settled, increment.needs);
        if (condition.get(settled)) rates.count(key, increment?.get(settled) ?? 1, rate);
        report.remaining(settled, rates.remaining(key, rate), rate.calls);
      });
    };
  },
};
