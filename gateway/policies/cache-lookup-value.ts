import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';
import type { PolicyReader } from '../compile/reader.ts';

/** Puts a cached value into a variable. A miss puts in the default; without one the variable stays unset. */
export const cacheLookupValue: Policy = {
  name: 'cache-lookup-value',
  sections: sectionNames,
  compile(element) {
    readCachingType(element);
    const key = element.text('key');
    const variable = element.text('variable-name');
    const standard = element.optionalObject('default-value');
    return (exchange) => {
      const value = exchange.runtime.cache.get(key.get(exchange)) ?? standard?.get(exchange);
      if (value !== undefined) exchange.Variables.set(variable.get(exchange), value);
    };
  },
};

/** The gateway has one cache, in memory. */
export function readCachingType(element: PolicyReader): void {
  const types = ['prefer-external', 'internal', 'external'] as const;
  if (element.literal('caching-type', element.choice('caching-type', types, 'prefer-external')) === 'external')
    element.refuse(
      `${element.name}: caching-type="external" is not executed by this gateway, it has no external cache`,
    );
}
