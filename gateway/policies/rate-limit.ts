import type { Rate } from '../limits/window.ts';
import type { Policy } from '../compile/policy.ts';
import type { PolicyReader } from '../compile/reader.ts';
import { countCall, rateReport } from './shared/rate.ts';
import { scopedLimits } from './shared/scoped-limits.ts';

/** Limits the calls of each subscription; calls without a key are not limited. */
export const rateLimit: Policy = {
  name: 'rate-limit',
  sections: ['inbound'],
  scopes: ['product', 'api', 'operation'],
  once: true,
  compile(element) {
    const { document, scope } = element.surroundings;
    const limits = scopedLimits(element, (part) => ({ rate: readRate(part), report: rateReport(part) }));
    return (exchange) => {
      if (!exchange.Subscription) return;
      const place =
        scope === 'product' ? exchange.Product?.Id : [exchange.Api.Id, scope === 'operation' && exchange.Operation?.Id];
      const policy = JSON.stringify([document, scope, place]);
      for (const { limit, key, applies } of limits) {
        if (!applies(exchange)) continue;
        countCall(exchange, `rate-limit/${policy}/${key}/${exchange.Subscription.Id}`, limit.rate, limit.report);
      }
    };
  },
};

function readRate(element: PolicyReader): Rate {
  const calls = element.literal('calls', element.integer('calls', { min: 1 }));
  const seconds = element.literal('renewal-period', element.integer('renewal-period', { min: 1, max: 300 }));
  return { calls: calls ?? 1, period: (seconds ?? 1) * 1000 };
}
