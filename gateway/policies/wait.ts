import type { Policy } from '../compile/policy.ts';

/** What may stand in it directly: the reference names the first three, the schema the others, too. */
const allowed = [
  'send-request',
  'cache-lookup-value',
  'choose',
  'forward-request',
  'cache-store-value',
  'authentication-managed-identity',
];

/** Runs its children at the same time and goes on when all are done; the first failure then counts. */
export const wait: Policy = {
  name: 'wait',
  sections: ['inbound', 'backend', 'outbound'],
  compile(element) {
    if (element.literal('for', element.choice('for', ['all', 'any'], 'all')) === 'any')
      element.refuse('wait: for="any" is not executed by this gateway');
    for (const child of element.element.children)
      if (!allowed.includes(child.name)) element.refuse(`wait: ${child.name} is not allowed in it`, child.line);
    const children = element.eachStep();

    return async (exchange) => {
      const results = await Promise.allSettled(children.map(async (child) => child(exchange)));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    };
  },
};
