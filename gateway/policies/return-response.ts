import { Body } from '../execution/body.ts';
import { Response, replaceBody } from '../execution/messages.ts';
import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';
import { headerEdit } from './set-header.ts';
import { bodyContent } from './set-body.ts';
import { statusEdit } from './set-status.ts';

/** Answers the call at once: with an empty 200, or the response of a variable, as the children change it. */
export const returnResponse: Policy = {
  name: 'return-response',
  sections: sectionNames,
  compile(element) {
    element.inOrder('set-status', 'set-header', 'set-body');
    const variable = element.optionalText('response-variable-name');
    const statusElement = element.child('set-status');
    const status = statusElement && statusEdit(statusElement);
    const headers = element.children('set-header').map(headerEdit);
    const bodyElement = element.child('set-body');
    const body = bodyElement && bodyContent(bodyElement);

    return (exchange) => {
      const response = variable ? copy(exchange.Variables.get(variable.get(exchange))) : new Response();
      const content = body?.(exchange);
      status?.(exchange, response);
      for (const edit of headers) edit(exchange, response.Headers);
      if (content) replaceBody(response, content);
      exchange.replaceResponse(response);
      exchange.finished = true;
    };
  },
};

/** The variable may be returned, and changed, more than once. */
function copy(stored: unknown): Response {
  if (!(stored instanceof Response)) throw new Error('The response variable holds no response.');
  const headers = stored.Headers.clone();
  const bytes = stored.Body?.bytes;
  return new Response(stored.StatusCode, stored.StatusReason, headers, bytes ? Body.of(bytes, headers) : null);
}
