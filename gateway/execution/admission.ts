import type { Product } from '../context.ts';
import type { Plan } from '../scopes/plan.ts';
import type { ApiRoute, MatchedOperation, Routes } from '../routing/routes.ts';
import type { Access, Subscriptions } from '../routing/subscriptions.ts';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import { decodeQuery, splitQuery } from './url.ts';

/** What decides about a call before any policy runs. */
export interface Gates {
  readonly routes: Routes;
  readonly subscriptions: Subscriptions;
  readonly products: ReadonlyMap<string, Product>;
}

/**
 * Finds the API, the operation and the subscription of a call, and with them the policies that hold for it. Preflight
 * requests are answered here, since they need neither an operation of their own nor a key.
 * @throws Fault 404 without an operation, 401 without a good key
 */
export function admit(exchange: Exchange, gates: Gates): void {
  const { request } = exchange;
  const found = gates.routes.api(request.originalPath);
  if (!found) throw operationNotFound();
  const { route, rest } = found;
  exchange.Api = route.api;
  exchange.plan = route.plan;

  const operation = (method: string) => gates.routes.operation(route, method, rest, request.originalQueryString);
  const matched = operation(request.Method);
  if (!matched) {
    if (preflight(exchange, gates, route, operation)) return;
    throw operationNotFound();
  }
  enter(exchange, route, matched, rest);

  const admission = identify(exchange, gates, route);
  if (admission instanceof Fault) throw admission;
  exchange.Subscription = admission.access?.subscription ?? null;
  exchange.User = admission.access?.user ?? null;
  if (admission.product !== undefined) {
    exchange.Product = gates.products.get(admission.product) ?? null;
    exchange.plan = planFor(matched, admission.product);
  }
}

function enter(exchange: Exchange, route: ApiRoute, { route: operation, parameters }: MatchedOperation, rest: string) {
  const { request } = exchange;
  exchange.Operation = operation.operation;
  exchange.plan = operation.plan;
  exchange.templateQuery = operation.template.queryNames;
  request.MatchedParameters = parameters;
  request.base = route.base;
  request.path = rest;
}

function planFor({ route }: MatchedOperation, product: string | undefined): Plan {
  return (product === undefined ? undefined : route.productPlans.get(product)) ?? route.plan;
}

interface Admission {
  readonly access?: Access;
  /** The product whose policies hold. */
  readonly product?: string;
}

/** The key is looked for in the query only when the header is absent. */
function identify({ request }: Exchange, { subscriptions }: Gates, route: ApiRoute): Admission | Fault {
  const key = request.Headers.get(route.keyHeader) ?? queryKey(request.originalQueryString, route.keyQuery);
  if (key === undefined || key === '') {
    if (route.openProduct !== undefined) return { product: route.openProduct };
    if (!route.subscriptionRequired) return {};
    return unauthorized(
      request.authority,
      route,
      'SubscriptionKeyNotFound',
      'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.',
    );
  }
  const access = subscriptions.get(key);
  if (access?.active) {
    if (access.scope === 'all' || (access.scope === 'api' && access.scopeId === route.api.Id)) return { access };
    if (access.scope === 'product' && route.operations.some(({ productPlans }) => productPlans.has(access.scopeId)))
      return { access, product: access.scopeId };
  }
  return unauthorized(
    request.authority,
    route,
    'SubscriptionKeyInvalid',
    'Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.',
  );
}

function queryKey(queryString: string, name: string): string | undefined {
  if (queryString === '') return undefined;
  const pair = splitQuery(queryString).find(([raw]) => decodeQuery(raw).toLowerCase() === name.toLowerCase());
  return pair && decodeQuery(pair[1] ?? '');
}

/** True when cors policies have answered. A product's take part if the call is in one without a key in a header. */
function preflight(
  exchange: Exchange,
  gates: Gates,
  route: ApiRoute,
  operation: (method: string) => MatchedOperation | undefined,
): boolean {
  const { Method: method, Headers: headers } = exchange.request;
  const asked = headers.get('access-control-request-method');
  if (method !== 'OPTIONS' || asked === undefined || !headers.has('origin')) return false;
  const matched = operation(asked.toUpperCase());
  if (!matched) return false;
  const admission = identify(exchange, gates, route);
  const plan = planFor(matched, admission instanceof Fault ? undefined : admission.product);
  exchange.plan = plan;
  if (plan.preflight(exchange) === undefined) {
    exchange.plan = route.plan;
    return false;
  }
  exchange.finished = true;
  return true;
}

function operationNotFound(): Fault {
  return new Fault({
    status: 404,
    message: 'Resource not found',
    detail: 'Unable to match incoming request to an operation.',
    reason: 'OperationNotFound',
    source: 'configuration',
  });
}

function unauthorized(host: string, { api, keyHeader }: ApiRoute, reason: string, message: string): Fault {
  const challenge = `AzureApiManagementKey realm="https://${host}/${api.Path}",name="${keyHeader}",type="header"`;
  return new Fault({
    status: 401,
    message,
    reason,
    source: 'authorization',
    headers: [['WWW-Authenticate', challenge]],
  });
}
