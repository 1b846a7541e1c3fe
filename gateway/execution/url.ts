import type { Url } from '../context.ts';

/** A URL in the pieces it came in, so that nothing is encoded anew on its way through. */
export class RawUrl implements Url {
  readonly Scheme: string;
  readonly Host: string;
  readonly Port: number;
  readonly Path: string;
  readonly QueryString: string;
  #query: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(scheme: string, host: string, port: number, path: string, queryString: string) {
    this.Scheme = scheme;
    this.Host = host;
    this.Port = port;
    this.Path = path;
    this.QueryString = queryString;
  }

  get Query(): ReadonlyMap<string, readonly string[]> {
    return (this.#query ??= parseQuery(this.QueryString));
  }

  toString(): string {
    const port = this.Port === defaultPort(this.Scheme) ? '' : `:${this.Port}`;
    return `${this.Scheme}://${this.Host}${port}${this.Path}${this.QueryString}`;
  }
}

export function defaultPort(scheme: string): number {
  return scheme === 'https' ? 443 : 80;
}

/** A backend's address: everything before the path, and the path that all its calls share. */
export interface Base {
  readonly origin: string;
  readonly scheme: string;
  /** As the Host header says it. */
  readonly authority: string;
  readonly hostname: string;
  readonly port: number;
  /** Without a slash at its end. */
  readonly path: string;
}

/** Undefined when `text` is no absolute HTTP URL. */
export function parseBase(text: string): Base | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const scheme = url.protocol.slice(0, -1);
  return {
    origin: url.origin,
    scheme,
    authority: url.host,
    hostname: url.hostname,
    port: url.port === '' ? defaultPort(scheme) : Number(url.port),
    path: url.pathname.replace(/\/+$/, ''),
  };
}

/** A query string in its raw pairs. */
export function splitQuery(queryString: string): [name: string, value: string | undefined][] {
  const query = queryString.replace(/^\?/, '');
  if (query === '') return [];
  return query.split('&').map((pair) => {
    const equals = pair.indexOf('=');
    return equals === -1 ? [pair, undefined] : [pair.slice(0, equals), pair.slice(equals + 1)];
  });
}

export function joinQuery(pairs: readonly (readonly [name: string, value: string | undefined])[]): string {
  if (pairs.length === 0) return '';
  return `?${pairs.map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join('&')}`;
}

export function parseQuery(queryString: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  for (const [rawName, rawValue] of splitQuery(queryString)) {
    const name = decodeQuery(rawName);
    const value = decodeQuery(rawValue ?? '');
    const values = query.get(name);
    if (values) values.push(value);
    else query.set(name, [value]);
  }
  return query;
}

export function decodeQuery(text: string): string {
  return decode(text.replaceAll('+', ' '));
}

/** Percent-decoding that leaves what is not decodable. */
export function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
