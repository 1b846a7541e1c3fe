import { operationsOf } from '../../policies/operations.ts';
import { renderPolicies } from '../../policies/render.ts';
import { backendId } from '../../policies/scoring-api.ts';
import type { Environment } from '../config.ts';
import { namesOf } from '../naming.ts';
import { deployable } from '../services.ts';
import type { PolicyDocument, PolicyScope, PolicySet } from './policy-set.ts';

/** This product's policies for an environment: those of all products, and of the services that have an image. */
export function policySetOf(environment: Environment): PolicySet {
  const { entra, tenant, products } = environment;
  const services = deployable(environment).map(({ definition }) => definition);
  const documents = renderPolicies({
    services,
    products,
    options: {
      clientCertificateId: namesOf(environment).secrets.gatewayCertificate,
      ...(entra && { entra: { tenantId: tenant, audiences: [entra.audience], roles: entra.roles } }),
    },
  });
  return {
    documents: documents.map(({ scope, name, xml }): PolicyDocument => ({ scope: scopeOf(scope, name), xml })),
    apis: services.map((service) => ({
      service: service.name,
      backend: backendId(service.name),
      operations: operationsOf(service),
      // Who may call which route is the policies' business: products hold whole APIs.
      products: products.map(({ name }) => name),
    })),
    namedValues: {},
  };
}

function scopeOf(scope: string, name: string | undefined): PolicyScope {
  if (scope === 'global') return { kind: 'global' };
  if (scope === 'product' && name !== undefined) return { kind: 'product', product: name };
  if (scope === 'api' && name !== undefined) return { kind: 'api', api: name };
  throw new TypeError(`policies of scope ${scope} are not deployed`);
}
