import type { Exchange } from '../execution/exchange.ts';
import { replaceBody } from '../execution/messages.ts';
import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';
import type { PolicyReader } from '../compile/reader.ts';
import { toText } from '../compile/value.ts';

/** Replaces the body of the request on its way in, of the response on its way out. */
export const setBody: Policy = {
  name: 'set-body',
  sections: sectionNames,
  compile(element) {
    const content = bodyContent(element);
    const { section } = element.surroundings;
    return section === 'inbound' || section === 'backend'
      ? (exchange) => {
          const bytes = content(exchange);
          // What the caller sends is not wanted any more, but must be read for its connection to stay usable.
          exchange.request.Body?.takeStream()?.incoming.resume();
          replaceBody(exchange.request, bytes);
        }
      : (exchange) => {
          const bytes = content(exchange);
          exchange.response.Body?.takeStream()?.discard();
          replaceBody(exchange.response, bytes);
        };
  },
};

/** The bytes that a set-body element stands for. */
export function bodyContent(element: PolicyReader): (exchange: Exchange) => Buffer {
  const template = element.literal('template', element.choice('template', ['none', 'liquid'], 'none'));
  if (template === 'liquid') element.refuse('set-body: template="liquid" is not executed by this gateway');
  const value = element.element.children.length > 0 ? element.markup() : element.wholeContent('object');
  const fixed = value.constant && Buffer.from(toText(value.constant.value));
  return fixed ? () => fixed : (exchange) => toBytes(value.get(exchange));
}

function toBytes(content: unknown): Buffer {
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(toText(content));
}
