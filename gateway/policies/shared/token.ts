import type { Exchange } from '../../execution/exchange.ts';
import { Fault } from '../../execution/fault.ts';
import { parseQuery } from '../../execution/url.ts';
import type { PolicyReader } from '../../compile/reader.ts';
import { checkClaims, type RequiredClaim, TokenProblem } from '../../tokens/verify.ts';

/** Where a policy finds the token; a scheme in front of it, `Bearer`, is taken off. */
export function tokenReader(element: PolicyReader, defaultHeader?: string): (exchange: Exchange) => string | undefined {
  const header = element.optionalText('header-name');
  const query = element.optionalText('query-parameter-name');
  const value = element.optionalText('token-value');
  const scheme = element.literal('require-scheme', element.optionalText('require-scheme'));
  const places = [header, query, value].filter((place) => place !== undefined).length;
  if (places > 1 || (places === 0 && defaultHeader === undefined))
    element.refuse(`${element.name}: one of header-name, query-parameter-name and token-value is needed`);
  return (exchange) => {
    const { request } = exchange;
    if (value) return value.get(exchange).replace(/^Bearer\s+/i, '') || undefined;
    if (query) return parseQuery(request.originalQueryString).get(query.get(exchange))?.[0];
    const given = request.Headers.get(header?.get(exchange) ?? defaultHeader ?? '');
    const [, found, token] = /^(?:(\S+)\s+)?(\S+)\s*$/.exec(given ?? '') ?? [];
    return scheme !== undefined && found?.toLowerCase() !== scheme.toLowerCase() ? undefined : token;
  };
}

/** What the caller is told about a token that is missing or not good. */
export function tokenRefusal(element: PolicyReader): (exchange: Exchange, error: unknown) => Fault {
  const status = element.optionalInteger('failed-validation-httpcode', { min: 200, max: 599 });
  const configured = element.optionalText('failed-validation-error-message');
  return (exchange, error) => {
    if (error instanceof Fault) return error;
    const problem = error instanceof TokenProblem ? error : new TokenProblem('JwtInvalid', String(error));
    const standard = problem.reason === 'TokenNotPresent' ? 'JWT not present.' : 'Invalid JWT.';
    return new Fault({
      status: status?.get(exchange) ?? 401,
      message: configured?.get(exchange) ?? standard,
      reason: problem.reason,
      detail: problem.message,
    });
  };
}

/** The texts of `<NAME><ITEM>…</ITEM></NAME>`. */
export function textList(element: PolicyReader, name: string, item: string): (exchange: Exchange) => string[] {
  const values =
    element
      .child(name)
      ?.children(item)
      .map((child) => child.content()) ?? [];
  return (exchange) => values.map((value) => value.get(exchange));
}

export function requiredClaims(element: PolicyReader): (exchange: Exchange, claims: object) => void {
  const required = (element.child('required-claims')?.children('claim') ?? []).map((claim) => ({
    name: claim.text('name'),
    match: claim.choice('match', ['all', 'any'], 'all'),
    separator: claim.literal('separator', claim.optionalText('separator')),
    values: claim.children('value').map((value) => value.content()),
  }));
  return (exchange, claims) => {
    const wanted = required.map(({ name, match, separator, values }): RequiredClaim => ({
      name: name.get(exchange),
      match: match.get(exchange),
      separator,
      values: values.map((value) => value.get(exchange)),
    }));
    checkClaims(claims as Record<string, unknown>, wanted);
  };
}
