import type { Route, ServiceDefinition } from '../service/definition.ts';
import type { Product } from '../service/products.ts';
import { choose, type When } from './language/control.ts';
import { returnResponse } from './language/messages.ts';
import type { Policy } from './language/policy.ts';
import { expr } from './language/text.ts';

/** The product that may call everything: the probes' and the operators'. */
export const internalProduct = 'internal';

/**
 * Who may call which route: a subscription to a product that the route does not name gets 403. It goes by the path that R
 * will see, whichever operation API Management has found, so that an escaped letter opens no side door. A key that is
 * no product's (of one API, or of all) is an operator's, and may.
 *
 * @returns no policy when every product may call every route
 */
export function accessPolicy(
  { name, routes }: Pick<ServiceDefinition, 'name' | 'routes'>,
  products: readonly Product[],
): Policy<'inbound', 'api'>[] {
  const restricted = routes
    .map((route) => ({ route, allowed: allowedProducts(route, products) }))
    .filter(({ allowed }) => allowed.length < products.length);
  if (restricted.length === 0) return [];
  return [choose(restricted.map(({ route, allowed }) => refuse(name, route, allowed)))];
}

function refuse(service: string, { method, path }: Route, allowed: readonly string[]): When<'inbound', 'api'> {
  const message = `This subscription's product has no access to ${method} ${path}. Products with access: ${allowed.join(', ')}.`;
  return {
    when: expr`context.Product != null && !${allowed}.Contains(context.Product.Id) && context.Request.Method == ${method} && System.Text.RegularExpressions.Regex.IsMatch(Uri.UnescapeDataString(context.Request.OriginalUrl.Path), ${pathPattern(service, path)}, System.Text.RegularExpressions.RegexOptions.IgnoreCase)`,
    then: [
      returnResponse({
        status: 403,
        reason: 'Forbidden',
        headers: { 'Content-Type': 'application/json' },
        // Doubled braces would be a named value.
        body: JSON.stringify({ statusCode: 403, message }).replaceAll('{{', String.raw`{\u007b`),
      }),
    ],
  };
}

function allowedProducts({ access }: Route, products: readonly Product[]): string[] {
  return products.map(({ name }) => name).filter((name) => name === internalProduct || access.includes(name));
}

/** A .NET regular expression of a route's paths below the API's. */
function pathPattern(service: string, path: string): string {
  const parts = path.split(/(?<=\/)<[^>]+>/).map((part) => part.replace(/[\\^$.*+?()[\]{}|#\s]/g, String.raw`\$&`));
  return `^/${service}${parts.join('[^/]+')}/?$`;
}
