import { Body } from '../execution/body.ts';
import { callBackend } from '../execution/call-backend.ts';
import { Fault, internalFault } from '../execution/fault.ts';
import { Response } from '../execution/messages.ts';
import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';
import { outgoingRequest } from './shared/outgoing-request.ts';

/** Makes a request of its own, or with `mode="copy"` one like the caller's, and keeps the answer in a variable. */
export const sendRequest: Policy = {
  name: 'send-request',
  sections: sectionNames,
  compile(element) {
    const variable = element.optionalText('response-variable-name');
    const ignoreError = element.literal('ignore-error', element.flag('ignore-error', false));
    const { call, timeout } = outgoingRequest(element);

    return async (exchange) => {
      const keep = (response: Response | null) => {
        if (variable) exchange.Variables.set(variable.get(exchange), response);
      };
      try {
        const answer = await callBackend(exchange, await call(exchange), {
          timeout: timeout.get(exchange),
          followRedirects: false,
        });
        const { bytes } = await answer.stream.collect().catch((error: Error) => {
          throw internalFault('BackendConnectionFailure', error.message);
        });
        keep(new Response(answer.status, answer.reason, answer.headers, Body.of(bytes!, answer.headers)));
      } catch (error) {
        if (!ignoreError || !(error instanceof Fault) || exchange.gone) throw error;
        keep(null);
      }
    };
  },
};
