import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';

/** Runs what the next wider scope says in the same section. */
export const base: Policy = {
  name: 'base',
  sections: sectionNames,
  scopes: ['operation', 'api', 'product'],
  compile(element) {
    const { scope, section, inFragment } = element.surroundings;
    if (inFragment) element.refuse('base is not allowed in a fragment');
    return {
      run: (exchange) => exchange.plan.runBase(scope, section, exchange),
      preflight: (exchange) => exchange.plan.preflightBase(scope, exchange),
    };
  },
};
