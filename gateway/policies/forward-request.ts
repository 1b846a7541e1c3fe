import { Body } from '../execution/body.ts';
import type { Call } from '../execution/backends.ts';
import { addCredentials, callBackend } from '../execution/call-backend.ts';
import type { Exchange } from '../execution/exchange.ts';
import { Fault, internalFault } from '../execution/fault.ts';
import { endToEnd } from '../execution/hop-by-hop.ts';
import { Response } from '../execution/messages.ts';
import type { Policy } from '../compile/policy.ts';
import { constant } from '../compile/value.ts';

/** Sends the request to the backend; its answer becomes `context.Response`, streamed unless a policy reads it. */
export const forwardRequest: Policy = {
  name: 'forward-request',
  sections: ['backend'],
  compile(element) {
    const seconds = element.optionalInteger('timeout', { min: 0 });
    const milliseconds = element.optionalInteger('timeout-ms', { min: 0 });
    if (seconds && milliseconds) element.refuse('forward-request: either timeout or timeout-ms, not both');
    const followRedirects = element.flag('follow-redirects', false);
    const bufferRequest = element.literal('buffer-request-body', element.flag('buffer-request-body', false));
    // The bytes are the same either way; this gateway always hands chunks on as they come.
    element.literal('buffer-response', element.flag('buffer-response', true));
    const failOnError = element.literal('fail-on-error-status-code', element.flag('fail-on-error-status-code', false));
    const timeout = milliseconds ?? constant(0);

    return async (exchange) => {
      const { request } = exchange;
      if (bufferRequest) await request.Body?.buffer();
      const answer = await callBackend(exchange, outgoing(exchange), {
        timeout: milliseconds ? timeout.get(exchange) : (seconds?.get(exchange) ?? 300) * 1000,
        followRedirects: followRedirects.get(exchange),
        backend: request.backend,
      });
      const { status, reason, headers, stream } = answer;
      exchange.replaceResponse(new Response(status, reason, headers, Body.streaming(stream, headers)));
      if (failOnError && status >= 400 && status <= 599) {
        const message = `The backend answered ${status}.`;
        throw new Fault({ status, message, reason: 'BackendErrorStatusCode', keepResponse: true });
      }
    };
  },
};

function outgoing(exchange: Exchange): Call {
  const { request } = exchange;
  const { base, Body: body } = request;
  if (!base)
    throw internalFault('BackendConnectionFailure', 'The API has no service URL and no policy sets a backend.');
  const original = request.incoming.headers.host;
  const host = request.Headers.get('host');
  let headers = request.Headers;
  let { queryString } = request;
  if (request.backend) {
    headers = headers.clone();
    queryString = addCredentials(headers, queryString, request.backend);
  }
  const flat = endToEnd(headers, 'host', 'content-length');
  // The backend sees its own name, unless a policy has set another.
  if (host !== undefined && host !== original) flat.push('Host', host);
  const call: Call = {
    origin: base.origin,
    path: (base.path + request.path || '/') + queryString,
    method: request.Method,
    headers: flat,
    body: undefined,
  };
  if (!body) return call;
  if (body.bytes) return { ...call, body: body.bytes };
  const stream = body.takeStream();
  if (!stream) {
    const detail = "The request's body has been sent already and was not kept: set buffer-request-body.";
    throw internalFault('RequestBodyNotBuffered', detail);
  }
  const length = request.incoming.headers['content-length'];
  if (length !== undefined) flat.push('Content-Length', length);
  return { ...call, body: stream.incoming };
}
