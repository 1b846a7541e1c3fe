import { STATUS_CODES } from 'node:http';
import type { Exchange } from '../execution/exchange.ts';
import type { Response } from '../execution/messages.ts';
import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';
import type { PolicyReader } from '../compile/reader.ts';

export const setStatus: Policy = {
  name: 'set-status',
  sections: sectionNames,
  compile(element) {
    const edit = statusEdit(element);
    return (exchange) => edit(exchange, exchange.response);
  },
};

/** What a set-status element does to any response. */
export function statusEdit(element: PolicyReader): (exchange: Exchange, response: Response) => void {
  const code = element.integer('code', { min: 200, max: 999 });
  const reason = element.optionalText('reason');
  return (exchange, response) => {
    response.StatusCode = code.get(exchange);
    response.StatusReason = reason?.get(exchange) ?? STATUS_CODES[response.StatusCode] ?? '';
  };
}
