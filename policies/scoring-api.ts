import type { ServiceDefinition } from '../service/definition.ts';
import type { Product } from '../service/products.ts';
import type { Bytes, Milliseconds } from '../service/units.ts';
import { accessPolicy, internalProduct } from './access.ts';
import { forwardedHeaders } from './forwarded.ts';
import {
  clientCertificate,
  forwardRequest,
  setBackend,
  validateEntraToken,
  type EntraOptions,
} from './language/backend.ts';
import { base, choose, retry } from './language/control.ts';
import { policyDocument } from './language/document.ts';
import { rateLimitByKey } from './language/limits.ts';
import { deleteHeader, deleteQueryParameter, returnResponse, setHeader } from './language/messages.ts';
import type { Policy } from './language/policy.ts';
import { expr } from './language/text.ts';

/** What only some environments have. */
export interface ScoringApiOptions {
  /** Ask callers, those of the product `internal` aside, for a token of Microsoft Entra ID as well as a key. */
  readonly entra?: EntraOptions;
  /** The certificate that the scoring server asks of API Management, by its id there. */
  readonly clientCertificateId?: string;
}

/** The header with a subscription's id, which R code may trust: the gateway overrides what a caller sent. */
export const subscriptionHeader = 'x-penstock-subscription';
const keyHeader = 'Ocp-Apim-Subscription-Key';
const keyParameter = 'subscription-key';
const minute = 60;
/** What a call may take on the way, in seconds, on top of the service's own limits. */
const margin = 5;

/** The backend entity of a service. */
export function backendId(service: string): string {
  return `scoring-${service}`;
}

/**
 * A service's API: who may call, how much, with what, and how it gets to the scoring server.
 *
 * @param products every product of the environment
 */
export function scoringApiPolicy(
  service: ServiceDefinition,
  products: readonly Product[],
  { entra, clientCertificateId }: ScoringApiOptions = {},
): string {
  return policyDocument('api', {
    inbound: [
      base(),
      ...(entra === undefined ? [] : [entraToken(entra)]),
      ...accessPolicy(service, products),
      ...limitWithoutProduct(products),
      ...bodyLimit(service.limits.body),
      deleteHeader(keyHeader),
      deleteQueryParameter(keyParameter),
      setHeader(subscriptionHeader, expr`context.Subscription.Id`),
      ...forwardedHeaders(service.name),
      setBackend(backendId(service.name)),
      ...(clientCertificateId === undefined ? [] : [clientCertificate(clientCertificateId)]),
    ],
    backend: [
      retry(refusedInQueue, { count: 2, interval: 1, firstFastRetry: true }, [
        forwardRequest({ ...forwardTimeout(service.limits), bufferRequestBody: true }),
      ]),
    ],
  });
}

/**
 * The scoring server's own 503, told by its header: the request was never given to R, so it may be sent again. A 503 of the
 * API's own code may come from a call that has had its effect.
 */
const refusedInQueue = expr`context.Response != null && context.Response.StatusCode == 503 && context.Response.Headers.ContainsKey("x-penstock-refused")`;

/** The probes call with a key of `internal` alone: only applications that were given a role get a token. */
function entraToken(entra: EntraOptions): Policy<'inbound', 'api'> {
  const asked = expr`context.Product == null || context.Product.Id != ${internalProduct}`;
  return choose([{ when: asked, then: [validateEntraToken(entra)] }]);
}

/** Keys of one API or of all APIs pass by the products' policies; they get the largest product's limit here. */
function limitWithoutProduct(products: readonly Product[]): Policy<'inbound', 'api'>[] {
  const limits = products.map(({ callsPerMinute }) => callsPerMinute).filter((calls) => calls !== undefined);
  if (limits.length === 0) return [];
  const limit = rateLimitByKey({ calls: Math.max(...limits), renewalPeriod: minute }, expr`context.Subscription.Id`);
  return [choose([{ when: expr`context.Product == null`, then: [limit] }])];
}

/**
 * Refuses a body that says that it is too large before it is sent on. One that does not say (chunked) is refused by the
 * scoring server. API Management's validate-content ends at 4 MB and answers 400, so it is not used.
 */
function bodyLimit(limit: Bytes | undefined): Policy<'inbound', 'api'>[] {
  if (limit === undefined) return [];
  const answer = returnResponse({
    status: 413,
    reason: 'Payload Too Large',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      error: 'Request body too large',
      detail: `The body may have at most ${limit} bytes.`,
    }),
  });
  const tooLarge = expr`long.Parse(context.Request.Headers.GetValueOrDefault("Content-Length", "0")) > ${limit}`;
  return [choose([{ when: tooLarge, then: [answer] }])];
}

/** Whole seconds that cover the wait in the queue and the time in R; without limits API Management's own default. */
function forwardTimeout(limits: { timeout: Milliseconds | undefined; queueTimeout: Milliseconds | undefined }): {
  timeout?: number;
} {
  const { timeout, queueTimeout } = limits;
  if (timeout === undefined || queueTimeout === undefined) return {};
  return { timeout: Math.ceil((timeout + queueTimeout) / 1_000) + margin };
}
