import type { Exchange } from '../execution/exchange.ts';
import type { Headers } from '../headers.ts';
import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';
import type { PolicyReader } from '../compile/reader.ts';

/** Several values of any other header are joined by commas into one line. */
const neverJoined = new Set([
  'cookie',
  'date',
  'expires',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'proxy-authenticate',
  'retry-after',
  'set-cookie',
  'user-agent',
  'warning',
  'www-authenticate',
]);

/** https://learn.microsoft.com/azure/api-management/set-header-policy#usage-notes */
const untouchable = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding']);

export const setHeader: Policy = {
  name: 'set-header',
  sections: sectionNames,
  compile(element) {
    const edit = headerEdit(element);
    const { section } = element.surroundings;
    return section === 'inbound' || section === 'backend'
      ? (exchange) => edit(exchange, exchange.request.Headers)
      : (exchange) => edit(exchange, exchange.response.Headers);
  },
};

/** What a set-header element does to the headers of any message. */
export function headerEdit(element: PolicyReader): (exchange: Exchange, headers: Headers) => void {
  const nameValue = element.text('name');
  const action = element.choice('exists-action', ['override', 'skip', 'append', 'delete'], 'override');
  const values = element.children('value').map((value) => value.content());
  const fixed = nameValue.constant?.value;
  if (fixed !== undefined && untouchable.has(fixed.toLowerCase())) element.refuse(`set-header can't change ${fixed}`);
  if (values.length === 0 && action.constant && action.constant.value !== 'delete')
    element.refuse('set-header: a value is missing');

  return (exchange, headers) => {
    const name = nameValue.get(exchange);
    const exists = action.get(exchange);
    if (untouchable.has(name.toLowerCase())) throw new Error(`set-header can't change ${name}.`);
    if (exists === 'delete') {
      headers.delete(name);
      return;
    }
    if (exists === 'skip' && headers.has(name)) return;
    const added = values.map((value) => value.get(exchange));
    const all = exists === 'append' ? [...headers.values(name), ...added] : added;
    headers.set(name, ...(neverJoined.has(name.toLowerCase()) ? all : [all.join(',')]));
  };
}
