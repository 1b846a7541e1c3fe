import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';

export const choose: Policy = {
  name: 'choose',
  sections: sectionNames,
  compile(element) {
    element.inOrder('when', 'otherwise');
    const branches = element.children('when').map((when) => ({
      condition: when.requiredFlag('condition'),
      steps: when.steps(),
    }));
    if (branches.length === 0) element.refuse('choose: the element when is missing');
    const otherwise = element.child('otherwise')?.steps();

    return (exchange) => {
      const branch = branches.find(({ condition }) => condition.get(exchange));
      return (branch?.steps ?? otherwise)?.(exchange);
    };
  },
};
