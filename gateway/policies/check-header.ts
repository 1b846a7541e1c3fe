import { Fault } from '../execution/fault.ts';
import type { Policy } from '../compile/policy.ts';

export const checkHeader: Policy = {
  name: 'check-header',
  sections: ['inbound'],
  compile(element) {
    const name = element.text('name');
    const status = element.integer('failed-check-httpcode', { min: 200, max: 599 });
    const message = element.text('failed-check-error-message');
    const ignoreCase = element.requiredFlag('ignore-case');
    const allowed = element.children('value').map((value) => value.content());

    return (exchange) => {
      const header = name.get(exchange);
      const fail = (reason: string, detail: string) => {
        throw new Fault({ status: status.get(exchange), message: message.get(exchange), reason, detail });
      };
      const value = exchange.request.Headers.get(header);
      if (value === undefined)
        return fail('HeaderNotFound', `Header ${header} was not found in the request. Access denied.`);
      if (allowed.length === 0) return;
      const fold = ignoreCase.get(exchange) ? (text: string) => text.toLowerCase() : (text: string) => text;
      if (!allowed.some((one) => fold(one.get(exchange)) === fold(value)))
        fail('HeaderValueNotAllowed', `Header ${header} value of ${value} is not allowed. Access denied.`);
    };
  },
};
