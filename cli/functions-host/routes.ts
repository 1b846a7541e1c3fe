import { UserError } from '../../service/errors.ts';

/** A route of an HTTP function, `items/{id}/{*rest}`, ready to be compared with paths. */
export interface RouteTemplate {
  readonly template: string;
  /** The parameters that a path below the route prefix gives, or `undefined` when it is none of this route's. */
  match(path: string): Record<string, string> | undefined;
}

/**
 * Reads a route as ASP.NET writes it: `{name}`, `{name?}` and `{*rest}`.
 *
 * @throws UserError for a constraint (`{id:int}`), which the local host does not know.
 */
export function parseRoute(template: string, where: string): RouteTemplate {
  const names: string[] = [];
  const segments = template.split('/').filter((segment) => segment !== '');
  const pattern = segments.map((segment) => {
    const parameter = /^\{(\*?)([^{}:?*]+)(\??)\}$/.exec(segment);
    if (!parameter) {
      if (/[{}]/.test(segment)) {
        throw new UserError(`${where}: the local host does not know "${segment}" in the route "${template}"`);
      }
      return `/${escape(segment)}`;
    }
    const [, all, name, optional] = parameter;
    names.push(name as string);
    if (all) return '(?:/(.*))?';
    return optional ? '(?:/([^/]+))?' : '/([^/]+)';
  });
  const regex = new RegExp(`^${pattern.join('')}/?$`, 'i');
  return {
    template,
    match(path) {
      const found = regex.exec(path.startsWith('/') ? path : `/${path}`);
      if (!found) return undefined;
      const values = names.flatMap((name, index) => {
        const value = found[index + 1];
        return value === undefined ? [] : [[name, decode(value)]];
      });
      return Object.fromEntries(values) as Record<string, string>;
    },
  };
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
