import { ApiManagementApiOperationPolicy } from '@cdktf/provider-azurerm/lib/api-management-api-operation-policy/index.js';
import { ApiManagementApiOperation } from '@cdktf/provider-azurerm/lib/api-management-api-operation/index.js';
import { ApiManagementApiPolicy } from '@cdktf/provider-azurerm/lib/api-management-api-policy/index.js';
import { ApiManagementApi } from '@cdktf/provider-azurerm/lib/api-management-api/index.js';
import { ApiManagementBackend } from '@cdktf/provider-azurerm/lib/api-management-backend/index.js';
import { ApiManagementPolicyFragment } from '@cdktf/provider-azurerm/lib/api-management-policy-fragment/index.js';
import { ApiManagementPolicy } from '@cdktf/provider-azurerm/lib/api-management-policy/index.js';
import type { ITerraformDependable } from 'cdktf';
import { literal } from '../literal.ts';
import { serviceNamesOf } from '../naming.ts';
import type { PenstockStack } from '../stack.ts';
import { dependenciesOf, type Edge } from './parts.ts';
import type { EdgeApi } from './policy-set.ts';

/** An API, and the last resource written to it: what else belongs to it must wait for that. */
export interface DeployedApi {
  readonly api: ApiManagementApi;
  last: ITerraformDependable;
}

/** Fragments, the global policy, and for each service its backend, API, operations and policies. */
export function edgeApis(stack: PenstockStack, edge: Edge): Map<string, DeployedApi> {
  const { policies, instance, known } = edge;
  for (const { scope, xml } of policies.documents) {
    if (scope.kind !== 'fragment') continue;
    const fragment = new ApiManagementPolicyFragment(stack, `fragment-${scope.name}`, {
      name: scope.name,
      apiManagementId: instance.id,
      format: 'rawxml',
      value: literal(xml),
      dependsOn: dependenciesOf(xml, known),
    });
    known.set(`fragment ${scope.name}`, fragment);
  }
  for (const api of policies.apis) known.set(`backend ${api.backend}`, backend(stack, edge, api));
  for (const { scope, xml } of policies.documents) {
    if (scope.kind !== 'global') continue;
    new ApiManagementPolicy(stack, 'global-policy', {
      apiManagementId: instance.id,
      xmlContent: literal(xml),
      dependsOn: dependenciesOf(xml, known),
    });
  }
  return new Map(policies.apis.map((api) => [api.service, deployApi(stack, edge, api)]));
}

function backend(
  stack: PenstockStack,
  { group, instance }: Edge,
  { service, backend: name }: EdgeApi,
): ApiManagementBackend {
  const { object, host } = serviceNamesOf(stack.environment, service);
  // The gateway's list of authorities lacks the staging one: `infra/rules` makes a note of it.
  const validate = stack.environment.tls.issuer !== 'letsencrypt-staging';
  return new ApiManagementBackend(stack, `${object}-backend`, {
    name,
    apiManagementName: instance.name,
    resourceGroupName: group.name,
    protocol: 'http',
    url: `https://${host}`,
    tls: { validateCertificateChain: validate, validateCertificateName: validate },
    circuitBreakerRule: {
      name: 'failing',
      tripDuration: 'PT10S',
      acceptRetryAfterEnabled: true,
      failureCondition: {
        // A full queue answers 503 to a few; this many in ten seconds is a service that is down.
        count: 20,
        intervalDuration: 'PT10S',
        statusCodeRange: [{ min: 502, max: 504 }],
      },
    },
  });
}

function deployApi(stack: PenstockStack, edge: Edge, { service, operations }: EdgeApi): DeployedApi {
  const { group, instance, policies, known } = edge;
  const { environment } = stack;
  const { object, host } = serviceNamesOf(environment, service);
  const definition = environment.services.find((candidate) => candidate.definition.name === service)!.definition;
  const common = { apiManagementName: instance.name, resourceGroupName: group.name };
  const api = new ApiManagementApi(stack, `${object}-api`, {
    ...common,
    name: service,
    displayName: service,
    description: literal(definition.description),
    revision: '1',
    path: service,
    protocols: ['https'],
    serviceUrl: `https://${host}`,
    subscriptionRequired: true,
    subscriptionKeyParameterNames: { header: 'Ocp-Apim-Subscription-Key', query: 'subscription-key' },
  });
  const deployed: DeployedApi = { api, last: api };
  const policyOf = (operation?: string) =>
    policies.documents.find(
      ({ scope }) =>
        (scope.kind === 'api' && operation === undefined && scope.api === service) ||
        (scope.kind === 'operation' && scope.operation === operation && scope.api === service),
    );
  for (const { id, displayName, method, urlTemplate, parameters } of operations) {
    deployed.last = new ApiManagementApiOperation(stack, `${object}-operation-${id}`, {
      ...common,
      apiName: api.name,
      operationId: id,
      displayName: literal(displayName),
      method,
      urlTemplate,
      templateParameter: parameters.map((name) => ({ name, type: 'string', required: true })),
      // Writes to one API at a time: others are refused with 409 PessimisticConcurrencyConflict.
      dependsOn: [deployed.last],
    });
    const own = policyOf(id);
    if (own === undefined) continue;
    deployed.last = new ApiManagementApiOperationPolicy(stack, `${object}-operation-${id}-policy`, {
      ...common,
      apiName: api.name,
      operationId: id,
      xmlContent: literal(own.xml),
      dependsOn: [deployed.last, ...dependenciesOf(own.xml, known)],
    });
  }
  const own = policyOf();
  if (own !== undefined) {
    deployed.last = new ApiManagementApiPolicy(stack, `${object}-policy`, {
      ...common,
      apiName: api.name,
      xmlContent: literal(own.xml),
      dependsOn: [deployed.last, ...dependenciesOf(own.xml, known)],
    });
  }
  return deployed;
}
