/** Headers are lists of names and values by turns, as they were on the wire (latin1): order, case and repetition stay. */
export type RawHeaders = string[];

/** Those that hold for one connection alone (RFC 9110, section 7.6.1). */
const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'te', 'trailer', 'upgrade'];

const notFromR: ReadonlySet<string> = new Set(hopByHop);
const notToR: ReadonlySet<string> = new Set([
  ...hopByHop,
  // Answered by the front, which has read the whole body and knows its length.
  'expect',
  'content-length',
  // Ours alone (R/request.R): what a caller sends under these names must not reach it.
  'x-penstock-peer',
  'x-penstock-control',
  'x-penstock-target',
]);
/** To R `X_Penstock_Control` and `X-Penstock-Control` are one: httpuv makes HTTP_X_PENSTOCK_CONTROL of both. */
const disguised = /^x[-_]penstock[-_]/;

/**
 * A caller's headers as R gets them.
 * @param peer both ends of the caller's connection, for R's REMOTE_ADDR and the like
 * @param length of the body in bytes; undefined when there is none
 */
export function requestHeaders(raw: readonly string[], peer: string, length: number | undefined): RawHeaders {
  const headers = without(raw, notToR);
  if (length !== undefined) headers.push('Content-Length', String(length));
  headers.push('x-penstock-peer', peer);
  return headers;
}

/** R's headers as the caller gets them. */
export function responseHeaders(raw: readonly Buffer[]): RawHeaders {
  return without(
    raw.map((text) => text.toString('latin1')),
    notFromR,
  );
}

/** The value of the first header of that (lower-case) name. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.length === name.length && headers[i]?.toLowerCase() === name) return headers[i + 1];
  }
  return undefined;
}

/** Whether there are several headers of that (lower-case) name. */
export function isRepeated(headers: readonly string[], name: string): boolean {
  let seen = 0;
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.length === name.length && headers[i]?.toLowerCase() === name) seen += 1;
  }
  return seen > 1;
}

function without(raw: readonly string[], dropped: ReadonlySet<string>): RawHeaders {
  const connection = headerOf(raw, 'connection');
  const named = connection === undefined ? undefined : new Set(connection.toLowerCase().split(/[\s,]+/));
  const kept: RawHeaders = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const lowerCase = name.toLowerCase();
    if (dropped.has(lowerCase) || named?.has(lowerCase)) continue;
    if (lowerCase.includes('_') && disguised.test(lowerCase)) continue;
    kept.push(name, raw[i + 1] as string);
  }
  return kept;
}
