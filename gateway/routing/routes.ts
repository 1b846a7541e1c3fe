import type { Api, Operation } from '../context.ts';
import type { Base } from '../execution/url.ts';
import type { Plan } from '../scopes/plan.ts';
import { compareRanks, type Template } from './template.ts';

/** One API with everything that a call to it needs. */
export interface ApiRoute {
  readonly api: Api;
  readonly base: Base | undefined;
  readonly subscriptionRequired: boolean;
  readonly keyHeader: string;
  readonly keyQuery: string;
  /** The product that lets callers in without a key. */
  readonly openProduct: string | undefined;
  /** What holds where no operation matches. */
  readonly plan: Plan;
  readonly operations: readonly OperationRoute[];
}

export interface OperationRoute {
  readonly operation: Operation;
  readonly template: Template;
  /** The policies that hold without a product, and with each product that contains the API. */
  readonly plan: Plan;
  readonly productPlans: ReadonlyMap<string, Plan>;
}

export interface MatchedOperation {
  readonly route: OperationRoute;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Finds the API by the longest path that fits, and in it the operation by method and template. */
export class Routes {
  readonly #apis: { prefix: string; route: ApiRoute; byMethod: Map<string, OperationRoute[]> }[];

  constructor(routes: readonly ApiRoute[]) {
    this.#apis = routes
      .map((route) => {
        const byMethod = new Map<string, OperationRoute[]>();
        for (const operation of route.operations.toSorted((a, b) => compareRanks(a.template, b.template))) {
          const { Method: method } = operation.operation;
          byMethod.set(method, [...(byMethod.get(method) ?? []), operation]);
        }
        const prefix = route.api.Path === '' ? '' : `/${route.api.Path.toLowerCase()}`;
        return { prefix, route, byMethod };
      })
      .sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /** The API and the rest of the path behind its own. */
  api(path: string): { route: ApiRoute; rest: string } | undefined {
    const lower = path.toLowerCase();
    for (const { prefix, route } of this.#apis) {
      if (!lower.startsWith(prefix)) continue;
      const rest = path.slice(prefix.length);
      if (rest === '' || rest.startsWith('/')) return { route, rest };
    }
    return undefined;
  }

  operation(api: ApiRoute, method: string, rest: string, queryString: string): MatchedOperation | undefined {
    const candidates = this.#apis.find(({ route }) => route === api)?.byMethod.get(method) ?? [];
    for (const route of candidates) {
      const parameters = route.template.match(rest, queryString);
      if (parameters) return { route, parameters };
    }
    return undefined;
  }
}
