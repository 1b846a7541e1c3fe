import type { Exchange } from '../execution/exchange.ts';
import type { Preflight, PreflightVerdict, Step } from '../execution/step.ts';

export const sectionNames = ['inbound', 'backend', 'outbound', 'on-error'] as const;
export type Section = (typeof sectionNames)[number];

/** From the narrowest to the widest: the order in which `<base/>` inherits. */
export const scopes = ['operation', 'api', 'product', 'global'] as const;
export type Scope = (typeof scopes)[number];

export interface PolicyList {
  readonly run: Step;
  readonly preflight: Preflight;
}

/** The policies of one scope. A section that the document leaves out inherits, as if it held `<base/>` alone. */
export interface ScopePolicies {
  readonly scope: Scope;
  readonly sections: Readonly<Partial<Record<Section, PolicyList>>>;
}

const nothing: PolicyList = { run: () => undefined, preflight: () => undefined };

/** The policies of all scopes that hold for a call, composed: each scope's `<base/>` runs the next wider one's. */
export class Plan {
  readonly #lists: Record<Section, readonly PolicyList[]>;

  /** `builtIn` is what runs where not even the global document has the section. */
  constructor(documents: readonly ScopePolicies[], builtIn: Partial<Record<Section, PolicyList>>) {
    const list = (section: Section) => {
      const lists: PolicyList[] = new Array<PolicyList>(scopes.length + 1).fill(builtIn[section] ?? nothing);
      for (let i = scopes.length - 1; i >= 0; i--) {
        const own = documents.find(({ scope }) => scope === scopes[i])?.sections[section];
        lists[i] = own ?? lists[i + 1]!;
      }
      return lists;
    };
    this.#lists = {
      inbound: list('inbound'),
      backend: list('backend'),
      outbound: list('outbound'),
      'on-error': list('on-error'),
    };
  }

  run(section: Section, exchange: Exchange): void | Promise<void> {
    return this.#lists[section][0]!.run(exchange);
  }

  /** What `<base/>` in a document of `scope` stands for. */
  runBase(scope: Scope, section: Section, exchange: Exchange): void | Promise<void> {
    return this.#lists[section][scopes.indexOf(scope) + 1]!.run(exchange);
  }

  preflight(exchange: Exchange): PreflightVerdict {
    return this.#lists.inbound[0]!.preflight(exchange);
  }

  preflightBase(scope: Scope, exchange: Exchange): PreflightVerdict {
    return this.#lists.inbound[scopes.indexOf(scope) + 1]!.preflight(exchange);
  }
}
