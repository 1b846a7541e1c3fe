import type { ServiceDefinition } from '../service/definition.ts';
import type { Product } from '../service/products.ts';
import { globalPolicy } from './global.ts';
import type { Scope } from './language/policy.ts';
import { productPolicy } from './product.ts';
import { referencesOf, type References } from './references.ts';
import { scoringApiPolicy, type ScoringApiOptions } from './scoring-api.ts';

/** One policy document of an environment. */
export interface PolicyDocument {
  readonly scope: Scope;
  /** The product's or the service's name; absent for the global document. */
  readonly name?: string;
  /** Where `penstock policies` writes it, with forward slashes. */
  readonly file: string;
  readonly xml: string;
  readonly references: References;
}

export interface PolicyInput {
  readonly services: readonly ServiceDefinition[];
  readonly products: readonly Product[];
  readonly options?: ScoringApiOptions;
}

/** Every policy document of an environment: the global one, one for each product, one for each service's API. */
export function renderPolicies({ services, products, options = {} }: PolicyInput): PolicyDocument[] {
  const written: Omit<PolicyDocument, 'references'>[] = [
    { scope: 'global', file: 'global.xml', xml: globalPolicy() },
    ...products.map((product) => ({
      scope: 'product' as const,
      name: product.name,
      file: `products/${product.name}.xml`,
      xml: productPolicy(product),
    })),
    ...services.map((service) => ({
      scope: 'api' as const,
      name: service.name,
      file: `apis/${service.name}.xml`,
      xml: scoringApiPolicy(service, products, options),
    })),
  ];
  return written.map((document) => ({ ...document, references: referencesOf(document.xml) }));
}
