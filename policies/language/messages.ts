import { given, whole } from './check.ts';
import { element, policy, type AnywherePolicy, type Element, type Policy, type Scope, type Section } from './policy.ts';
import type { Text } from './text.ts';

/** What to do with a header or query parameter: set it, set it unless it is there, or add a value. */
export interface SetOptions {
  /** Default `override`. */
  readonly existsAction?: 'override' | 'skip' | 'append';
}

/** Sets a header of the request (inbound, backend) or of the response (outbound, on-error, return-response). */
export function setHeader(name: string, value: Text | readonly Text[], options: SetOptions = {}): AnywherePolicy {
  return policy(
    'set-header',
    { name: given(name, 'set-header name'), 'exists-action': options.existsAction ?? 'override' },
    values(value),
  );
}

/** Takes a header away. */
export function deleteHeader(name: string): AnywherePolicy {
  return policy('set-header', { name: given(name, 'set-header name'), 'exists-action': 'delete' });
}

/** Sets a query parameter of the request. */
export function setQueryParameter(
  name: string,
  value: Text | readonly Text[],
  options: SetOptions = {},
): Policy<'inbound' | 'backend', Scope> {
  return policy(
    'set-query-parameter',
    { name: given(name, 'set-query-parameter name'), 'exists-action': options.existsAction ?? 'override' },
    values(value),
  );
}

/** Takes a query parameter away. */
export function deleteQueryParameter(name: string): Policy<'inbound' | 'backend', Scope> {
  return policy('set-query-parameter', { name: given(name, 'set-query-parameter name'), 'exists-action': 'delete' });
}

/** Keeps a value in `context.Variables` for the rest of the call. */
export function setVariable(name: string, value: Text): AnywherePolicy {
  return policy('set-variable', { name: given(name, 'set-variable name'), value });
}

export function setStatus(code: number, reason: string): Policy<Exclude<Section, 'backend'>, Scope> {
  return policy('set-status', { code: whole(code, 'set-status code', 100, 599), reason });
}

export function setBody(body: Text): Policy<Section, Scope> {
  return policy('set-body', {}, [body]);
}

/** The answer that `returnResponse` gives. */
export interface Response {
  readonly status: number;
  readonly reason: string;
  readonly headers?: Readonly<Record<string, Text>>;
  readonly body?: Text;
}

/** Ends the call here with this answer. */
export function returnResponse({ status, reason, headers = {}, body }: Response): AnywherePolicy {
  return policy('return-response', {}, [
    setStatus(status, reason).element,
    ...Object.entries(headers).map(([name, value]) => setHeader(name, value).element),
    ...(body === undefined ? [] : [setBody(body).element]),
  ]);
}

function values(value: Text | readonly Text[]): Element[] {
  const all: readonly Text[] = Array.isArray(value) ? (value as readonly Text[]) : [value as Text];
  return all.map((one) => element('value', {}, [one]));
}
