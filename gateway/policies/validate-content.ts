import type { Exchange } from '../execution/exchange.ts';
import { Fault } from '../execution/fault.ts';
import type { Policy } from '../compile/policy.ts';

/** API Management's own bound, in bytes. */
const largest = 4 * 1024 * 1024;

/** Checks the size of the body. Content types and schemas are not checked, and documents that ask for it are refused. */
export const validateContent: Policy = {
  name: 'validate-content',
  sections: ['inbound', 'outbound', 'on-error'],
  compile(element) {
    const modes = ['ignore', 'prevent', 'detect'] as const;
    const unspecified = element.choice('unspecified-content-type-action', modes);
    if (unspecified.constant?.value === 'prevent')
      element.refuse('validate-content: unspecified-content-type-action="prevent" is not executed by this gateway');
    element.literal('unspecified-content-type-action', unspecified);
    const maxSize = element.integer('max-size', { min: 0, max: largest });
    const action = element.choice('size-exceeded-action', modes);
    const variable = element.literal('errors-variable-name', element.optionalText('errors-variable-name'));
    const ofRequest = element.surroundings.section === 'inbound';

    return async (exchange: Exchange) => {
      const exceeded = action.get(exchange);
      if (exceeded === 'ignore') return;
      const limit = maxSize.get(exchange);
      const { Body: body } = ofRequest ? exchange.request : exchange.response;
      const length = (await body?.buffer(exceeded === 'prevent' ? limit : undefined)) ?? 0;
      if (length <= limit) return;
      const message = `${ofRequest ? 'Request' : 'Response'}'s body is ${length} bytes long and it exceeds the limit of ${limit} bytes.`;
      if (variable) {
        const error = { Name: '', Type: 'Body', ValidationRule: 'SizeLimit', Details: message, Action: exceeded };
        exchange.Variables.set(variable, [error]);
      }
      if (exceeded === 'prevent') throw new Fault({ status: 400, message, reason: 'SizeLimit' });
    };
  },
};
