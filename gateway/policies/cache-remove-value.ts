import { sectionNames } from '../scopes/plan.ts';
import { readCachingType } from './cache-lookup-value.ts';
import type { Policy } from '../compile/policy.ts';

export const cacheRemoveValue: Policy = {
  name: 'cache-remove-value',
  sections: sectionNames,
  compile(element) {
    readCachingType(element);
    const key = element.text('key');
    return (exchange) => exchange.runtime.cache.delete(key.get(exchange));
  },
};
