import { sectionNames } from '../scopes/plan.ts';
import { readCachingType } from './cache-lookup-value.ts';
import type { Policy } from '../compile/policy.ts';

export const cacheStoreValue: Policy = {
  name: 'cache-store-value',
  sections: sectionNames,
  compile(element) {
    readCachingType(element);
    const key = element.text('key');
    const value = element.object('value');
    const seconds = element.integer('duration', { min: 0 });
    return (exchange) => {
      exchange.runtime.cache.set(key.get(exchange), value.get(exchange), seconds.get(exchange) * 1000);
    };
  },
};
