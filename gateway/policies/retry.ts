import { sleep } from '../clock.ts';
import { prepare } from '../execution/step.ts';
import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';

/**
 * Runs its child policies, and again while the condition holds. The wait before the n-th retry, in seconds, is
 * `interval`; with `delta` too it grows by `interval + (n-1)·delta`; with `delta` and `max-interval` by
 * `interval + (2ⁿ-1)·delta·random(0.8 … 1.2)` up to `max-interval`.
 */
export const retry: Policy = {
  name: 'retry',
  sections: sectionNames,
  compile(element) {
    const condition = element.requiredFlag('condition');
    const count = element.integer('count', { min: 1, max: 50 });
    const interval = element.integer('interval', { min: 0 });
    const delta = element.optionalInteger('delta', { min: 1 });
    const longest = element.optionalInteger('max-interval', { min: 1 });
    const firstFast = element.flag('first-fast-retry', false);
    const children = element.steps();

    return async (exchange) => {
      const most = count.get(exchange);
      const base = interval.get(exchange);
      const step = delta?.get(exchange);
      const cap = longest?.get(exchange);
      const wait = (n: number): number => {
        if (n === 1 && firstFast.get(exchange)) return 0;
        if (step === undefined) return Math.min(base, cap ?? Infinity);
        if (cap === undefined) return base + (n - 1) * step;
        return Math.min(base + (2 ** n - 1) * step * (0.8 + Math.random() * 0.4), cap);
      };

      await children(exchange);
      for (let n = 1; n <= most && !exchange.finished; n++) {
        await prepare(exchange, condition.needs);
        if (!condition.get(exchange)) return;
        const seconds = wait(n);
        if (seconds > 0) await sleep(exchange.runtime.clock, seconds * 1000);
        if (exchange.gone) return;
        await children(exchange);
      }
    };
  },
};
