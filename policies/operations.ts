import type { Method, ServiceDefinition } from '../service/definition.ts';
import { templateOf } from '../service/paths.ts';

/** An operation of a service's API in API Management. */
export interface Operation {
  /** Letters, digits and hyphens. */
  readonly id: string;
  readonly displayName: string;
  readonly method: Method;
  /** `/users/{id}`, or `/*` for all paths. */
  readonly urlTemplate: string;
  /** The template's parameters. */
  readonly parameters: readonly string[];
}

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];

/**
 * A service's operations: one for each route of its definition, which metrics and analytics then tell apart, and one for each
 * method with all other paths, since a Plumber API has routes that no definition names (`openapi.json`, static files, mounts).
 */
export function operationsOf({ routes }: Pick<ServiceDefinition, 'routes'>): Operation[] {
  const declared = routes.map(({ method, path }): Operation => {
    const urlTemplate = templateOf(path);
    return {
      id: operationId(method, urlTemplate),
      displayName: `${method} ${path}`,
      method,
      urlTemplate,
      parameters: [...urlTemplate.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!),
    };
  });
  const rest = methods.map((method): Operation => ({
    id: `${method.toLowerCase()}-any`,
    displayName: `${method} any other path`,
    method,
    urlTemplate: '/*',
    parameters: [],
  }));
  return unique([...declared, ...rest]);
}

function operationId(method: Method, urlTemplate: string): string {
  const words = urlTemplate.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  return `${method.toLowerCase()}-${words || 'root'}`.slice(0, 76);
}

/** `/a-b` and `/a/b` would get the same id. */
function unique(operations: readonly Operation[]): Operation[] {
  const seen = new Map<string, number>();
  return operations.map((operation) => {
    const count = (seen.get(operation.id) ?? 0) + 1;
    seen.set(operation.id, count);
    return count === 1 ? operation : { ...operation, id: `${operation.id}--${count}` };
  });
}
