import { callAndForget } from '../execution/call-backend.ts';
import { sectionNames } from '../scopes/plan.ts';
import type { Policy } from '../compile/policy.ts';
import { outgoingRequest } from './shared/outgoing-request.ts';

/** Makes a request of its own and goes on at once: neither its answer nor its failure means anything to the caller. */
export const sendOneWayRequest: Policy = {
  name: 'send-one-way-request',
  sections: sectionNames,
  compile(element) {
    const { call, timeout } = outgoingRequest(element);
    return async (exchange) => callAndForget(exchange, await call(exchange), timeout.get(exchange));
  },
};
