import { prepare } from '../execution/step.ts';
import type { Policy } from '../compile/policy.ts';

/** Keeps the response for those whose cache-lookup asks for the same. */
export const cacheStore: Policy = {
  name: 'cache-store',
  sections: ['outbound'],
  once: true,
  compile(element) {
    const seconds = element.integer('duration', { min: 0 });
    const cacheResponse = element.optionalFlag('cache-response');
    // How the attribute's older form says that the policy is in force.
    element.optionalChoice('caching-mode', ['cache-on']);

    return async (exchange) => {
      const { caching, response } = exchange;
      if (!caching) return;
      if (!(cacheResponse?.get(exchange) ?? response.StatusCode === 200)) return;
      await prepare(exchange, { requestBody: false, responseBody: true });
      exchange.runtime.responses.set(caching, response, seconds.get(exchange) * 1000);
    };
  },
};
