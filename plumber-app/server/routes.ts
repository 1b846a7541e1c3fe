import type { ServiceDefinition } from '../../service/definition.ts';
import { matcherOf } from '../../service/paths.ts';
import type { Metrics, RouteMeter } from './metrics.ts';
import type { Plan } from './plan.ts';
import type { ApiRoute } from './r/launcher.ts';

/** What the server knows of the requests of one route and method. */
export interface RouteEntry {
  readonly plan: Plan;
  readonly meter: RouteMeter;
}

/** The methods that metrics tell apart; a caller may send any word. */
const knownMethods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']);
const noRoute = 'unmatched';

/** One path template and its entries by method. */
class Template {
  readonly #path: string;
  readonly #metrics: Metrics;
  readonly #planFor: (method: string, path: string) => Plan;
  readonly #entries = new Map<string, RouteEntry>();

  constructor(path: string, metrics: Metrics, planFor: (method: string, path: string) => Plan) {
    this.#path = path;
    this.#metrics = metrics;
    this.#planFor = planFor;
  }

  entry(method: string): RouteEntry {
    const known = this.#entries.get(method);
    if (known !== undefined) return known;
    const name = knownMethods.has(method) ? method : 'OTHER';
    const entry = this.#entries.get(name) ?? {
      plan: this.#planFor(name, this.#path),
      meter: this.#metrics.route(this.#path, name),
    };
    this.#entries.set(name, entry);
    return entry;
  }
}

/**
 * Which route a request belongs to, as the API and the service's definition declare them. It only labels and plans:
 * Plumber itself routes.
 */
export class RouteTable {
  readonly #fixed = new Map<string, Template>();
  readonly #typed: { readonly matches: (path: string) => boolean; readonly template: Template }[] = [];
  readonly #none: Template;

  /** @param planFor called once for each path and method, when the first request for it comes */
  constructor(
    declared: readonly ApiRoute[],
    definition: ServiceDefinition,
    metrics: Metrics,
    planFor: (method: string, path: string) => Plan,
  ) {
    this.#none = new Template(noRoute, metrics, planFor);
    for (const path of new Set([...definition.routes, ...declared].map((route) => route.path))) {
      const template = new Template(path, metrics, planFor);
      if (path.endsWith('/*')) {
        const prefix = path.slice(0, -1);
        this.#typed.push({ matches: (requested) => requested.startsWith(prefix), template });
      } else if (path.includes('<')) this.#typed.push({ matches: matcherOf(path), template });
      else this.#fixed.set(path, template);
    }
  }

  /** @param target path and query of a request */
  match(method: string, target: string): RouteEntry {
    const query = target.indexOf('?');
    const path = query < 0 ? target : target.slice(0, query);
    return this.#template(path).entry(method);
  }

  #template(path: string): Template {
    const fixed = this.#fixed.get(path);
    if (fixed !== undefined) return fixed;
    for (const { matches, template } of this.#typed) if (matches(path)) return template;
    return this.#none;
  }
}
