import type { Policy } from '../compile/policy.ts';

export const setMethod: Policy = {
  name: 'set-method',
  sections: ['inbound', 'on-error'],
  compile(element) {
    const method = element.content();
    if (method.constant?.value === '') element.refuse('set-method: the method is missing');
    return (exchange) => void (exchange.request.Method = method.get(exchange).trim().toUpperCase());
  },
};
