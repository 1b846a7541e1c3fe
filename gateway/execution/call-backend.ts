import type { Headers } from '../headers.ts';
import type { Milliseconds } from '../clock.ts';
import type { Backend, Call } from './backends.ts';
import type { Exchange } from './exchange.ts';
import { type Fault, internalFault } from './fault.ts';
import type { Answer } from './response-stream.ts';
import { joinQuery, splitQuery } from './url.ts';

export interface CallOptions {
  readonly timeout: Milliseconds;
  readonly followRedirects: boolean;
  readonly backend?: Backend;
}

const mostRedirects = 20;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Makes one call and waits for the head of its answer.
 * @throws Fault when the backend can't be reached, is too slow, or the caller hangs up meanwhile
 */
export async function callBackend(exchange: Exchange, call: Call, options: CallOptions): Promise<Answer> {
  const { backends, clock } = exchange.runtime;
  let next = call;
  for (let hops = 0; ; hops++) {
    const stream = backends.send(next, options.backend);
    exchange.follow(stream);
    let timedOut = false;
    const cancel = clock.after(options.timeout, () => {
      timedOut = true;
      stream.abort(new Error('timeout'));
    });
    let answer: Answer;
    try {
      answer = await stream.head;
    } catch (error) {
      throw failure(exchange, timedOut, error as Error, options.timeout);
    } finally {
      cancel();
    }
    const location = answer.headers.get('location');
    if (!options.followRedirects || !redirects.has(answer.status) || location === undefined || hops === mostRedirects)
      return answer;
    const redirected = redirect(next, answer.status, location);
    if (!redirected) return answer;
    stream.discard();
    next = redirected;
  }
}

/** Makes a call that nobody waits for and that outlives the caller's; what goes wrong with it is only logged. */
export function callAndForget({ runtime, RequestId }: Exchange, call: Call, timeout: Milliseconds): void {
  const stream = runtime.backends.send(call);
  const cancel = runtime.clock.after(timeout, () => stream.abort(new Error('timeout')));
  stream.head
    .then(() => stream.discard())
    .catch((error: Error) =>
      runtime.logger.warn({ requestId: RequestId, url: call.origin + call.path }, `not sent: ${error.message}`),
    )
    .finally(cancel);
}

function failure(exchange: Exchange, timedOut: boolean, error: Error, timeout: Milliseconds): Fault {
  if (exchange.gone) return internalFault('ClientConnectionFailure', 'The caller has closed the connection.');
  if (timedOut) return internalFault('Timeout', `The backend did not answer within ${timeout / 1000} seconds.`);
  return internalFault('BackendConnectionFailure', error.message);
}

/** Undefined when the body would have to be sent again and can't be. */
function redirect(call: Call, status: number, location: string): Call | undefined {
  const target = URL.parse(location, call.origin + call.path);
  if (!target || (target.protocol !== 'http:' && target.protocol !== 'https:')) return undefined;
  const dropsBody = status === 303 || ((status === 301 || status === 302) && call.method === 'POST');
  if (!dropsBody && call.body && !Buffer.isBuffer(call.body)) return undefined;
  const secrets = target.origin === call.origin ? [] : ['authorization', 'cookie', 'host'];
  const contents = dropsBody ? ['content-type', 'content-length', 'content-encoding'] : [];
  return {
    origin: target.origin,
    path: target.pathname + target.search,
    method: dropsBody && call.method !== 'HEAD' ? 'GET' : call.method,
    headers: without(call.headers, [...secrets, ...contents]),
    body: dropsBody ? undefined : call.body,
  };
}

function without(flat: readonly string[], names: readonly string[]): string[] {
  return flat.flatMap((name, i) => (i % 2 === 0 && !names.includes(name.toLowerCase()) ? [name, flat[i + 1]!] : []));
}

/** Adds what a backend entity says every call to it carries. */
export function addCredentials(headers: Headers, queryString: string, { credentials }: Backend): string {
  for (const [name, value] of Object.entries(credentials.headers ?? {})) headers.set(name, ...[value].flat());
  const { authorization, query } = credentials;
  if (authorization) headers.set('Authorization', `${authorization.scheme} ${authorization.parameter}`);
  if (!query) return queryString;
  const added = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [encodeURIComponent(name), encodeURIComponent(value)]),
  );
  return joinQuery([...splitQuery(queryString), ...added]);
}
