import { decode, parseQuery, splitQuery } from '../execution/url.ts';

/** An operation's URL template, `/users/{id}/files/{*path}?version={v}`, ready to be matched against requests. */
export interface Template {
  /** For sorting: of two templates that match, the one that sorts first is meant. */
  readonly rank: readonly number[];
  /** The names of the template's query parameters, fixed ones included. */
  readonly queryNames: readonly string[];
  /** Whether it holds neither parameters nor wildcards. */
  readonly fixed: boolean;
  /** The parameters' values, decoded; undefined when the request doesn't match. */
  match(path: string, queryString: string): ReadonlyMap<string, string> | undefined;
}

const none: ReadonlyMap<string, string> = new Map();
/** Of two segments, the one written out beats the one with a parameter, and that beats the rest of the path. */
const ranks = { text: 0, parameter: 1, wildcard: 2 };

/** Case doesn't matter in what a template writes out, nor does a slash at the end of a path. */
export function parseTemplate(urlTemplate: string): Template {
  const question = urlTemplate.indexOf('?');
  const pathTemplate = trimSlash(question === -1 ? urlTemplate : urlTemplate.slice(0, question));
  const query = question === -1 ? [] : splitQuery(urlTemplate.slice(question));

  const names: string[] = [];
  const rank: number[] = [];
  const pattern = pathTemplate
    .split('/')
    .slice(1)
    .map((segment, i, segments) => {
      const last = i === segments.length - 1;
      const wildcard = /^\{\*([^{}]*)\}$|^\*$/.exec(segment);
      if (wildcard && last) {
        rank.push(ranks.wildcard);
        names.push(wildcard[1] ?? '*');
        return '(?:/(.*))?';
      }
      const { source, parameters } = parseSegment(segment);
      rank.push(parameters.length > 0 ? ranks.parameter : ranks.text);
      names.push(...parameters);
      return `/${source}`;
    })
    .join('');
  const expression = new RegExp(`^${pattern}/?$`, 'is');

  const fixedQuery = query.filter(([, value]) => !isParameter(value));
  const parameterQuery = query.filter(([, value]) => isParameter(value));
  const matchQuery = (queryString: string, into: Map<string, string>): boolean => {
    const given = parseQuery(queryString);
    for (const [name, value] of fixedQuery) if (!given.get(decode(name))?.includes(decode(value ?? ''))) return false;
    for (const [name, value] of parameterQuery) {
      const found = given.get(decode(name))?.[0];
      if (found === undefined) return false;
      into.set(value!.slice(1, -1), found);
    }
    return true;
  };

  return {
    // Behind the path: more of the query fixed first, then more of it named.
    rank: [...rank, -1, -fixedQuery.length, -parameterQuery.length],
    queryNames: query.map(([name]) => decode(name)),
    fixed: names.length === 0 && query.length === 0,
    match(path, queryString) {
      const found = expression.exec(path);
      if (!found) return undefined;
      if (names.length === 0 && query.length === 0) return none;
      const parameters = new Map(names.map((name, i) => [name, decode(found[i + 1] ?? '')]));
      return matchQuery(queryString, parameters) ? parameters : undefined;
    },
  };
}

export function compareRanks(a: Template, b: Template): number {
  for (let i = 0; i < Math.max(a.rank.length, b.rank.length); i++) {
    const difference = (a.rank[i] ?? 0) - (b.rank[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The mistake in a template, if there is one. */
export function templateMistake(urlTemplate: string): string | undefined {
  const names = [...urlTemplate.matchAll(/\{\*?([^{}]*)\}/g)].map(([, name]) => name!);
  if (urlTemplate.replace(/\{[^{}]*\}/g, '').match(/[{}]/)) return 'has braces that do not pair';
  if (names.includes('')) return 'has a parameter without a name';
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `names the parameter '${twice}' twice`;
  if (/\{\*[^{}]*\}.*\//.test(urlTemplate.split('?')[0]!)) return 'has a wildcard before its last segment';
  return undefined;
}

function parseSegment(segment: string): { source: string; parameters: string[] } {
  const parameters: string[] = [];
  const source = segment
    .split(/(\{[^{}]+\})/)
    .map((part) => {
      if (!isParameter(part)) return escape(part);
      parameters.push(part.slice(1, -1));
      return '([^/]+)';
    })
    .join('');
  return { source, parameters };
}

/** A request may percent-encode what the template writes out, or the other way round. */
function escape(text: string): string {
  const literal = (part: string) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const encoded = encodeURI(decode(text));
  return encoded === text ? literal(text) : `(?:${literal(text)}|${literal(encoded)})`;
}

function isParameter(text: string | undefined): boolean {
  return text !== undefined && /^\{[^{}]+\}$/.test(text);
}

function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path === '/' ? '' : path;
}
