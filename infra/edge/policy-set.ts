/** Where a policy document applies. */
export type PolicyScope =
  | { readonly kind: 'global' }
  | { readonly kind: 'fragment'; readonly name: string }
  | { readonly kind: 'product'; readonly product: string }
  | { readonly kind: 'api'; readonly api: string }
  | { readonly kind: 'operation'; readonly api: string; readonly operation: string };

export interface PolicyDocument {
  readonly scope: PolicyScope;
  readonly xml: string;
}

/** An operation of an API, as API Management knows it. */
export interface Operation {
  readonly id: string;
  readonly displayName: string;
  readonly method: string;
  readonly urlTemplate: string;
  readonly parameters: readonly string[];
}

/** What the edge deploys for one service. */
export interface EdgeApi {
  readonly service: string;
  readonly operations: readonly Operation[];
  /** The products that reach it. */
  readonly products: readonly string[];
}

export interface PolicySet {
  readonly documents: readonly PolicyDocument[];
  readonly apis: readonly EdgeApi[];
  /** Named values by name; none of them is a secret. */
  readonly namedValues: Readonly<Record<string, string>>;
}

/** The names that a document has of other entities, each in the order of its first mention. */
export interface References {
  readonly backends: readonly string[];
  readonly certificates: readonly string[];
  readonly fragments: readonly string[];
  readonly namedValues: readonly string[];
}

/** Reads them from the XML, which is all that Terraform and the service see. Expressions count too. */
export function referencesOf(xml: string): References {
  const found = (pattern: RegExp) => [...new Set([...xml.matchAll(pattern)].map(([, name]) => name!))];
  return {
    backends: found(/\bbackend-id\s*=\s*["']([^"'@]+)["']/g),
    certificates: found(/\bcertificate-id\s*=\s*["']([^"'@]+)["']/g),
    fragments: found(/\bfragment-id\s*=\s*["']([^"'@]+)["']/g),
    namedValues: found(/\{\{([A-Za-z0-9._-]+)\}\}/g),
  };
}
