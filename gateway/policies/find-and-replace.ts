import { replaceBody, type Request, type Response } from '../execution/messages.ts';
import { prepare } from '../execution/step.ts';
import { encodingNamed } from '../expressions/types/encoding.ts';
import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';

/** Replaces a text wherever the body has it: the request's on its way in, the response's on its way out. */
export const findAndReplace: Policy = {
  name: 'find-and-replace',
  sections: sectionNames,
  compile(element) {
    const from = element.text('from');
    const to = element.text('to');
    if (from.constant?.value === '') element.refuse('find-and-replace: from is empty');
    const { section } = element.surroundings;
    const isRequest = section === 'inbound' || section === 'backend';

    return async (exchange) => {
      const message = isRequest ? exchange.request : exchange.response;
      const found = from.get(exchange);
      if (found === '') throw new Error('find-and-replace: from is empty.');
      await prepare(exchange, { requestBody: isRequest, responseBody: !isRequest });
      replace(message, found, to.get(exchange));
    };
  },
};

/** Works on bytes, so that what is no text comes through unharmed. */
function replace(message: Request | Response, from: string, to: string): void {
  const content = message.Body?.read(true);
  if (!content) return;
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(message.Headers.get('content-type') ?? '')?.[1];
  const encoding = encodingNamed(charset ?? 'utf-8');
  const wanted = Buffer.from(encoding.getBytes(from));
  const replacement = Buffer.from(encoding.getBytes(to));
  const parts: Buffer[] = [];
  let start = 0;
  for (let at = content.indexOf(wanted); at !== -1; at = content.indexOf(wanted, start)) {
    parts.push(content.subarray(start, at), replacement);
    start = at + wanted.length;
  }
  if (parts.length > 0) replaceBody(message, Buffer.concat([...parts, content.subarray(start)]));
}
