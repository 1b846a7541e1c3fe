import type { Exchange } from '../execution/exchange.ts';
import type { Headers } from '../headers.ts';
import type { Policy } from '../compile/policy.ts';
import type { PolicyReader } from '../compile/reader.ts';
import type { Value } from '../compile/value.ts';

/** Headers that browsers send without asking (https://fetch.spec.whatwg.org/#cors-safelisted-request-header). */
const safelisted = ['accept', 'accept-language', 'content-language', 'content-type', 'range'];

/**
 * Lets browsers call from other origins. Preflight requests are answered by cors policies alone; other requests get the
 * headers that let the page read the answer.
 */
export const cors: Policy = {
  name: 'cors',
  sections: ['inbound'],
  compile(element) {
    const credentials = element.flag('allow-credentials', false);
    const terminate = element.flag('terminate-unmatched-request', element.build.settings.terminateUnmatchedRequest);
    const origins = list(element, 'allowed-origins', 'origin', true);
    const methodsElement = element.child('allowed-methods');
    const maxAge = methodsElement?.optionalInteger('preflight-result-max-age', { min: 0 });
    const methods = methodsElement && items(methodsElement, 'method');
    const allowedHeaders = list(element, 'allowed-headers', 'header', false);
    const exposed = list(element, 'expose-headers', 'header', false);
    if (credentials.constant?.value === true && origins?.some((origin) => origin.constant?.value === '*'))
      element.refuse('cors: with allow-credentials="true" the allowed origins can not be *');

    /** What Access-Control-Allow-Origin says; undefined when the origin is not allowed. */
    const allowOrigin = (exchange: Exchange, origin: string): string | undefined => {
      for (const allowed of origins ?? []) {
        const text = allowed.get(exchange);
        if (text === '*') return '*';
        if (normalize(text) === normalize(origin)) return origin;
      }
      return undefined;
    };
    const allow = (exchange: Exchange, headers: Headers, origin: string) => {
      headers.set('Access-Control-Allow-Origin', origin);
      if (credentials.get(exchange)) headers.set('Access-Control-Allow-Credentials', 'true');
    };

    return {
      preflight(exchange) {
        const { Headers: asked } = exchange.request;
        const origin = allowOrigin(exchange, asked.get('origin') ?? '');
        const method = asked.get('access-control-request-method') ?? '';
        const names = commaSeparated(asked.get('access-control-request-headers') ?? '');
        const allowedMethods = methods?.map((allowed) => allowed.get(exchange).toUpperCase()) ?? ['GET', 'POST'];
        const allowedNames = allowedHeaders?.map((allowed) => allowed.get(exchange).toLowerCase()) ?? [];
        const anyMethod = allowedMethods.includes('*');
        const anyName = allowedNames.includes('*');
        const matches =
          (anyMethod || allowedMethods.includes(method.toUpperCase())) &&
          (anyName || names.every((name) => [...allowedNames, ...safelisted].includes(name.toLowerCase())));
        if (origin === undefined || !matches) return terminate.get(exchange) ? 'terminate' : 'unmatched';

        const { Headers: answer } = exchange.response;
        allow(exchange, answer, origin);
        answer.set('Access-Control-Allow-Methods', anyMethod ? method : allowedMethods.join(','));
        if (names.length > 0) answer.set('Access-Control-Allow-Headers', names.join(','));
        const age = maxAge?.get(exchange);
        if (age) answer.set('Access-Control-Max-Age', String(age));
        return 'answered';
      },
      run(exchange) {
        const from = exchange.request.Headers.get('origin');
        if (from === undefined) return;
        const origin = allowOrigin(exchange, from);
        if (origin !== undefined) {
          exchange.beforeSending(({ response: { Headers: answer } }) => {
            allow(exchange, answer, origin);
            if (exposed) answer.set('Access-Control-Expose-Headers', exposed.map((e) => e.get(exchange)).join(','));
          });
        } else if (['GET', 'HEAD'].includes(exchange.request.Method) && terminate.get(exchange)) {
          exchange.finished = true;
        }
      },
    };
  },
};

function items(element: PolicyReader, name: string): Value<string>[] {
  const values = element.children(name).map((child) => child.content());
  if (values.length === 0) element.refuse(`cors: ${element.name} needs at least one ${name}`);
  return values;
}

function list(cors: PolicyReader, name: string, item: string, required: boolean): Value<string>[] | undefined {
  const element = required ? cors.requiredChild(name) : cors.child(name);
  return element && items(element, item);
}

function commaSeparated(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function normalize(origin: string): string {
  return URL.parse(origin)?.origin ?? origin;
}
