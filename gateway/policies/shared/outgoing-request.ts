import type { Call } from '../../execution/backends.ts';
import type { Exchange } from '../../execution/exchange.ts';
import { endToEnd } from '../../execution/hop-by-hop.ts';
import { Headers } from '../../headers.ts';
import type { PolicyReader } from '../../compile/reader.ts';
import { constant, type Value } from '../../compile/value.ts';
import { bodyContent } from '../set-body.ts';
import { headerEdit } from '../set-header.ts';
import { identityToken } from './managed-identity.ts';

export interface OutgoingRequest {
  readonly call: (exchange: Exchange) => Promise<Call>;
  /** Milliseconds. */
  readonly timeout: Value<number>;
}

/** The request that send-request and send-one-way-request describe: a new one, or with `mode="copy"` the caller's. */
export function outgoingRequest(element: PolicyReader): OutgoingRequest {
  element.inOrder('set-url', 'set-method', 'set-header', 'set-body', 'authentication-managed-identity');
  const mode = element.choice('mode', ['new', 'copy'], 'new');
  const urlElement = element.child('set-url');
  const urlValue = urlElement?.content();
  if (!urlElement && mode.constant?.value === 'new') element.refuse(`${element.name}: the element set-url is missing`);
  const method = element.child('set-method')?.content();
  const headerEdits = element.children('set-header').map(headerEdit);
  const bodyElement = element.child('set-body');
  const body = bodyElement && bodyContent(bodyElement);
  const identity = element.child('authentication-managed-identity');
  const authenticate = identity && identityToken(identity);

  const call = async (exchange: Exchange): Promise<Call> => {
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
    await authenticate?.(exchange, headers);
    return {
      origin: url.origin,
      path: url.pathname + url.search,
      method: method?.get(exchange).toUpperCase() ?? (copied ? request.Method : 'GET'),
      headers: [...headers.flat],
      body: content,
    };
  };
  return { call, timeout: timeoutOf(element) };
}

function timeoutOf(element: PolicyReader): Value<number> {
  const seconds = element.optionalInteger('timeout', { min: 0 });
  const milliseconds = element.optionalInteger('timeout-ms', { min: 0 });
  if (milliseconds) return milliseconds;
  if (!seconds) return constant(60_000);
  return { ...seconds, constant: undefined, get: (exchange) => seconds.get(exchange) * 1000 };
}
