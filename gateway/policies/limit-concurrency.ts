import { Fault } from '../execution/fault.ts';
import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';

/** Lets at most `max-count` calls of one key into its child policies; one more is refused at once. */
export const limitConcurrency: Policy = {
  name: 'limit-concurrency',
  sections: sectionNames,
  compile(element) {
    const key = element.text('key');
    const most = element.literal('max-count', element.integer('max-count', { min: 1 }));
    const inside = element.steps();

    return async (exchange) => {
      const { concurrency } = exchange.runtime;
      const counted = key.get(exchange);
      if (!concurrency.enter(counted, most)) {
        // API Management's own text isn't documented.
        const message = 'Concurrency limit is exceeded.';
        throw new Fault({ status: 429, message, reason: 'ConcurrencyLimitExceeded' });
      }
      try {
        await inside(exchange);
      } finally {
        concurrency.leave(counted);
      }
    };
  },
};
