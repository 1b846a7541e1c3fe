import type { Method } from './definition.ts';

const methods: ReadonlySet<string> = new Set<Method>(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']);

/** A parameter as Plumber writes it: `<id>`, `<id:int>`, `<ids:[int]>` (plumber's createPathRegex). */
const parameter = /(?<=\/)<(\.?[a-zA-Z][\w.]*)(?::([^>]*))?>/g;

interface Pattern {
  readonly one: string;
  /** Many of them, with or without commas between: the same texts as plumber's `(?:(?:one),?)+`, in linear time. */
  readonly many: string;
}

const digits = '(?:\\d+|\\.\\d+)(?:\\.\\d+)*';
const text: Pattern = { one: '[^/]+', many: '[^/]+' };
const boolean: Pattern = { one: '[01tfTF]|true|false|TRUE|FALSE', many: '(?:(?:[01tfTF]|true|false|TRUE|FALSE),?)+' };
const number: Pattern = { one: '-?(?:\\d+(?:\\.\\d+)?|\\.\\d+)', many: `-?${digits}(?:,?-${digits}|,${digits})*,?` };
const integer: Pattern = { one: '-?\\d+', many: '-?\\d+(?:,?-\\d+|,\\d+)*,?' };

/** Plumber's type names and what they match in a path (plumber's apiTypesInfo). A name it does not know is a string. */
const patterns = new Map<string, Pattern>([
  ...['bool', 'boolean', 'logical'].map((name) => [name, boolean] as const),
  ...['dbl', 'double', 'float', 'number', 'numeric'].map((name) => [name, number] as const),
  ...['int', 'integer'].map((name) => [name, integer] as const),
]);

/** Splits `POST /score` into its two parts; undefined when it is not a method and a path. */
export function parseRoute(route: string): { method: Method; path: string } | undefined {
  const [, verb, path] = /^([A-Za-z]+)\s+(\/\S*)$/.exec(route.trim()) ?? [];
  const method = verb?.toUpperCase();
  if (path === undefined || method === undefined || !methods.has(method)) return undefined;
  return { method: method as Method, path };
}

/** The names of a path's parameters, in order. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(parameter)].map(([, name]) => name ?? '');
}

/** Plumber's `/users/<id:int>` as API Management's URL template, `/users/{id}`. */
export function templateOf(path: string): string {
  return path.replace(parameter, (_, name: string) => `{${name}}`);
}

/**
 * A test whether a request's path (without its query string) belongs to a route, with Plumber's rules: typed parameters
 * match only what their type can be, a parameter never spans a slash, and `/x` and `/x/` differ.
 */
export function matcherOf(path: string): (requestPath: string) => boolean {
  let source = '';
  let end = 0;
  for (const match of path.matchAll(parameter)) {
    source += literal(path.slice(end, match.index)) + `(?:${patternOf(match[2])})`;
    end = match.index + match[0].length;
  }
  const whole = new RegExp(`^${source}${literal(path.slice(end))}$`);
  return (requestPath) => whole.test(requestPath);
}

function patternOf(type: string | undefined): string {
  const [, element] = /^\[(.*)\]$/.exec(type ?? '') ?? [];
  if (element !== undefined) return (patterns.get(element) ?? text).many;
  return (patterns.get(type ?? '') ?? text).one;
}

function literal(part: string): string {
  return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
