import type { Text } from './text.ts';

/** The sections of a policy document, by their names in XML. */
export type Section = 'inbound' | 'backend' | 'outbound' | 'on-error';

/** Where a policy document may be attached. */
export type Scope = 'global' | 'product' | 'api' | 'operation';

/** A policy as XML will have it. Attributes that are undefined are left out: API Management's default holds. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, Text | number | boolean | undefined>>;
  readonly children: readonly (Element | Text)[];
}

/**
 * A policy and where it may stand. The type says it too, so that a policy in a section or at a scope where API Management
 * would refuse it does not compile: a function that takes more is a function that takes less.
 */
export interface Policy<In extends Section, At extends Scope> {
  readonly element: Element;
  /** Never set: it is there for the type checker alone. */
  readonly standsIn?: (section: In, scope: At) => void;
}

/** A policy that may stand in every section, at every scope. */
export type AnywherePolicy = Policy<Section, Scope>;

/** Makes a policy; the caller's type says where it may stand. */
export function policy<In extends Section, At extends Scope>(
  name: string,
  attributes: Element['attributes'] = {},
  children: Element['children'] = [],
): Policy<In, At> {
  return { element: { name, attributes, children } };
}

export function element(name: string, attributes: Element['attributes'], children: Element['children']): Element {
  return { name, attributes, children };
}
