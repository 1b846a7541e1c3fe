import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';

/** Keeps a value of any type for later expressions: `context.Variables["name"]`. */
export const setVariable: Policy = {
  name: 'set-variable',
  sections: sectionNames,
  compile(element) {
    const name = element.text('name');
    const value = element.object('value');
    return (exchange) => void exchange.Variables.set(name.get(exchange), value.get(exchange));
  },
};
