import type { Scan } from '../rows/scan.ts';

/** What of a request decides with which others it may merge. */
export interface Mergeable {
  /** Path and query, as the caller wrote them. */
  readonly target: string;
  readonly contentType: string | undefined;
  /** Names and values by turns, as they came. */
  readonly headers: readonly string[];
  readonly scan: Scan;
}

/**
 * The key of the requests with which one may merge: those of the same path, query and content type, the same raw text
 * around the rows, the same values of the named headers, and the same columns of the same types.
 *
 * @param named the headers the answer depends on, in lower case.
 * @param field the field that holds the rows.
 * @returns undefined when the request may merge with none.
 */
export function mergeKey(
  { target, contentType, headers, scan }: Mergeable,
  named: readonly string[],
  field: string,
): string | undefined {
  const { signature, head, tail } = scan;
  if (signature === undefined) return undefined;
  const query = target.indexOf('?');
  if (query >= 0 && namesRows(target.slice(query + 1), field, signature.layout.names)) return undefined;
  // None of the parts can hold a NUL: HTTP forbids it, and so does JSON outside of escapes.
  const key = `${signature.id}\0${target}\0${contentType ?? ''}\0${head}\0${tail}`;
  return named.length === 0 ? key : named.reduce((text, name) => text + valuesOf(headers, name), key);
}

/** A query parameter of the rows' name would hide them from Plumber: it takes the query's before the body's. */
function namesRows(query: string, field: string, columns: readonly string[]): boolean {
  const names = [...new URLSearchParams(query).keys()];
  return names.some((name) => (field === '.' ? columns.includes(name) : name === field));
}

function valuesOf(headers: readonly string[], name: string): string {
  let text = '\0';
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]!.length === name.length && headers[i]!.toLowerCase() === name) text += `\u0001${headers[i + 1]!}`;
  }
  return text;
}
