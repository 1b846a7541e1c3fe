import { join } from 'node:path';
import { stringify } from 'yaml';
import type { GatewayConfig } from '../../gateway/config.ts';
import { operationsOf } from '../../policies/operations.ts';
import { renderPolicies } from '../../policies/render.ts';
import { backendId } from '../../policies/scoring-api.ts';
import type { ServiceDefinition } from '../../service/definition.ts';
import type { Product } from '../../service/products.ts';
import { writeFolder } from '../write-folder.ts';

export interface GatewayInput {
  /** What is served, and where its scoring server is. */
  readonly services: readonly { readonly definition: ServiceDefinition; readonly backend: string }[];
  readonly products: readonly Product[];
  /** A subscription key by product. */
  readonly keys: Readonly<Record<string, string>>;
}

const file = 'gateway.yaml';

/**
 * Writes what the gateway reads: the policy documents that are deployed, and a YAML file that says what the infrastructure
 * says in the cloud: APIs, operations, products, a subscription for each, backends.
 *
 * @returns the YAML file
 */
export async function writeGatewayConfiguration(directory: string, input: GatewayInput): Promise<string> {
  const services = input.services.map(({ definition }) => definition);
  const documents = renderPolicies({ services, products: input.products });
  const policyOf = (scope: string, name?: string) => {
    const found = documents.find((document) => document.scope === scope && document.name === name);
    return found === undefined ? {} : { policy: found.file };
  };
  const configuration: GatewayConfig = {
    ...policyOf('global'),
    backends: input.services.map(({ definition, backend }) => ({ id: backendId(definition.name), url: backend })),
    apis: services.map((definition) => ({
      id: definition.name,
      ...(definition.description && { displayName: definition.description }),
      path: definition.name,
      ...policyOf('api', definition.name),
      operations: operationsOf(definition).map(({ id, displayName, method, urlTemplate }) => ({
        ...{ id, displayName, method, urlTemplate },
      })),
    })),
    products: input.products.map(({ name, displayName }) => ({
      id: name,
      displayName,
      apis: services.map((service) => service.name),
      ...policyOf('product', name),
    })),
    subscriptions: input.products.map(({ name }) => ({
      id: `local-${name}`,
      scope: `product/${name}`,
      primaryKey: input.keys[name]!,
    })),
  };
  const texts = new Map(documents.map((document) => [document.file, document.xml]));
  await writeFolder(directory, texts.set(file, stringify(configuration)));
  return join(directory, file);
}
