import { nearest } from './nearest.ts';
import { parseRoute, templateOf } from './paths.ts';
import type { Mistake } from './source.ts';

const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
const withoutBody: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const routeForm = 'a method and a path, such as POST /score or GET /users/<id:int>';

/**
 * What the keys of a service definition ask of each other. It reads the file as written, so that its mistakes are
 * reported along with those of the keys themselves; what has the wrong shape is passed over here.
 */
export function crossChecks(written: unknown, products: readonly string[] | 'any'): Mistake[] {
  const { routes, probes } = asRecord(written);
  return [...routeChecks(asRecord(routes), products), ...probeChecks(Array.isArray(probes) ? probes : [])];
}

function* routeChecks(routes: Record<string, unknown>, products: readonly string[] | 'any'): Iterable<Mistake> {
  const seen = new Map<string, string>();
  for (const [key, value] of Object.entries(routes)) {
    const path = ['routes', key];
    const parsed = parseRoute(key);
    if (parsed === undefined) {
      yield { path, message: `expected ${routeForm}` };
      continue;
    }
    const same = `${parsed.method} ${templateOf(parsed.path).replace(/\{[^}]*\}/g, '{}')}`;
    const other = seen.get(same);
    if (other !== undefined) yield { path, message: `the same route as ${other}` };
    seen.set(same, key);

    const { rows, schema, batch, access } = asRecord(value);
    if (batch != null && rows === undefined)
      yield { path: [...path, 'batch'], message: 'batch needs rows: which field holds them' };
    if (batch != null && schema === undefined) {
      yield { path: [...path, 'batch'], message: 'batch needs schema: only rows that pass it may be merged' };
    }
    if (schema !== undefined && rows === undefined) {
      yield { path: [...path, 'schema'], message: 'schema needs rows: it describes one of them' };
    }
    if (rows !== undefined && !withBody.has(parsed.method)) {
      yield { path: [...path, 'rows'], message: `rows are in a body, and ${parsed.method} has none` };
    }
    if (products === 'any' || !Array.isArray(access)) continue;
    for (const [index, product] of access.entries()) {
      if (typeof product !== 'string' || products.includes(product)) continue;
      const meant = nearest(product, products);
      const hint = meant === undefined ? `known are ${products.join(', ')}` : `did you mean ${meant}?`;
      const message = `no such product; ${hint}`;
      yield { path: [...path, 'access', index], message, got: product };
    }
  }
}

function* probeChecks(probes: readonly unknown[]): Iterable<Mistake> {
  const seen = new Set<unknown>();
  for (const [index, value] of probes.entries()) {
    const path = ['probes', index];
    const { name, route, body } = asRecord(value);
    if (name !== undefined && seen.has(name)) {
      yield { path: [...path, 'name'], message: 'expected a name of its own: another probe has this one', got: name };
    }
    seen.add(name);
    if (typeof route !== 'string') continue;
    const parsed = parseRoute(route);
    if (parsed === undefined) {
      yield { path: [...path, 'route'], message: 'expected a method and a path, such as POST /score', got: route };
    } else if (parsed.path.includes('<')) {
      yield {
        path: [...path, 'route'],
        message: 'expected a path to call, with values in place of parameters',
        got: route,
      };
    } else if (withBody.has(parsed.method) && body === undefined) {
      yield { path, message: `body is missing; expected a file with the body of the ${parsed.method} request` };
    } else if (withoutBody.has(parsed.method) && body !== undefined) {
      yield { path: [...path, 'body'], message: `expected no body, since the route's method is ${parsed.method}` };
    }
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
