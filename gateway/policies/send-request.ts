import { Body } from '../execution/body.ts';
import { callBackend } from '../execution/call-backend.ts';
import { Fault, internalFault } from '../execution/fault.ts';
import { endToEnd } from '../execution/hop-by-hop.ts';
import { Response } from '../execution/messages.ts';
import { Headers } from '../headers.ts';
import { sectionNames } from '../scopes/plan.ts';
import { type Policy } from '../compile/policy.ts';
import { bodyContent } from './set-body.ts';
import { headerEdit } from './set-header.ts';
import { constant } from '../compile/value.ts';

/** Makes a request of its own, or with `mode="copy"` one like the caller's, and keeps the answer in a variable. */
export const sendRequest: Policy = {
  name: 'send-request',
  sections: sectionNames,
  compile(element) {
    element.inOrder('set-url', 'set-method', 'set-header', 'set-body');
    const mode = element.choice('mode', ['new', 'copy'], 'new');
    const variable = element.text('response-variable-name');
    const seconds = element.optionalInteger('timeout', { min: 0 });
    const milliseconds = element.optionalInteger('timeout-ms', { min: 0 });
    const ignoreError = element.literal('ignore-error', element.flag('ignore-error', false));
    const urlElement = element.child('set-url');
    const urlValue = urlElement?.content();
    if (!urlElement && mode.constant?.value === 'new') element.refuse('send-request: the element set-url is missing');
    const method = element.child('set-method')?.content();
    const headerEdits = element.children('set-header').map(headerEdit);
    const bodyElement = element.child('set-body');
    const body = bodyElement && bodyContent(bodyElement);
    const timeout = milliseconds ?? constant(0);

    return async (exchange) => {
      const { request } = exchange;
      const copied = mode.get(exchange) === 'copy';
      const written = urlValue?.get(exchange) ?? request.Url.toString();
      const url = URL.parse(written);
      if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
        throw new Error(`'${written}' is not an http or https URL.`);
      const headers = copied ? new Headers(endToEnd(request.Headers, 'host', 'content-length')) : new Headers();
      for (const edit of headerEdits) edit(exchange, headers);
      let content = body?.(exchange);
      if (copied && !body) {
        await request.Body?.buffer();
        content = request.Body?.bytes;
      }
      const call = {
        origin: url.origin,
        path: url.pathname + url.search,
        method: method?.get(exchange).toUpperCase() ?? (copied ? request.Method : 'GET'),
        headers: [...headers.flat],
        body: content,
      };
      try {
        const answer = await callBackend(exchange, call, {
          timeout: milliseconds ? timeout.get(exchange) : (seconds?.get(exchange) ?? 60) * 1000,
          followRedirects: false,
        });
        const { bytes } = await answer.stream.collect().catch((error: Error) => {
          throw internalFault('BackendConnectionFailure', error.message);
        });
        const kept = Body.of(bytes!, answer.headers);
        exchange.Variables.set(
          variable.get(exchange),
          new Response(answer.status, answer.reason, answer.headers, kept),
        );
      } catch (error) {
        if (!ignoreError || !(error instanceof Fault) || exchange.gone) throw error;
        exchange.Variables.set(variable.get(exchange), null);
      }
    };
  },
};
