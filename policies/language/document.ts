import type { Element, Policy, Scope } from './policy.ts';
import { render } from './render.ts';

/** The policies of a document, section by section. A section that is absent inherits all of the wider scope's. */
export interface Sections<At extends Scope> {
  readonly inbound?: readonly Policy<'inbound', At>[];
  readonly backend?: readonly Policy<'backend', At>[];
  readonly outbound?: readonly Policy<'outbound', At>[];
  readonly onError?: readonly Policy<'on-error', At>[];
}

/**
 * A policy document for a scope, as XML.
 *
 * @throws RangeError when `base()` stands in the global document, which inherits from nothing
 */
export function policyDocument<At extends Scope>(scope: At, sections: Sections<At>): string {
  const inherited = scope === 'global' ? [] : [{ element: base }];
  const { inbound = inherited, backend = inherited, outbound = inherited, onError = inherited } = sections;
  const written: [string, readonly { readonly element: Element }[]][] = [
    ['inbound', inbound],
    ['backend', backend],
    ['outbound', outbound],
    ['on-error', onError],
  ];
  return render({
    name: 'policies',
    attributes: {},
    children: written.map(([name, policies]) => ({
      name,
      attributes: {},
      children: policies.map((one) => one.element),
    })),
  });
}

const base: Element = { name: 'base', attributes: {}, children: [] };
