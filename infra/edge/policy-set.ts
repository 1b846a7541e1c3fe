import type { Operation } from '../../policies/operations.ts';

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

/** What the edge deploys for one service. */
export interface EdgeApi {
  readonly service: string;
  /** The name that its policy has for the scoring server. */
  readonly backend: string;
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
