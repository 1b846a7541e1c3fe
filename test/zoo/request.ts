import type { HeaderLine } from './exchange.ts';

/** One request of the zoo, as it goes over the wire. */
export interface ZooRequest {
  readonly method: string;
  /** The request target, percent-encoded or not: it is sent as it stands. */
  readonly target: string;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer | undefined;
  /** Send the body chunked, in pieces of this many bytes. */
  readonly chunk: number | undefined;
  /** The answer depends on what the same process answered before (`<<-`): replayed on one worker only. */
  readonly stateful: boolean;
  /** Keep the cookies that the answer sets and send those kept so far. */
  readonly jar: boolean;
  /** Not HTTP, so bare Plumber drops the connection or breaks its answer: Penstock may answer what it likes, and stays up. */
  readonly malformed: boolean;
  /** Replaces what differs from one moment to the next (clocks, random numbers) in every part of an answer. */
  readonly steady: ((text: string) => string) | undefined;
}

type Options = Partial<Omit<ZooRequest, 'method' | 'target' | 'headers' | 'body'>>;

/** A request without a body. */
export function ask(
  method: string,
  target: string,
  headers: readonly HeaderLine[] = [],
  options: Options = {},
): ZooRequest {
  return {
    chunk: undefined,
    stateful: false,
    jar: false,
    malformed: false,
    steady: undefined,
    ...options,
    method,
    target,
    headers,
    body: undefined,
  };
}

export const get = (target: string, headers: readonly HeaderLine[] = [], options: Options = {}): ZooRequest =>
  ask('GET', target, headers, options);

/** A request with a body; without `type` no Content-Type is sent. */
export function send(
  method: string,
  target: string,
  type: string | undefined,
  body: string | Uint8Array,
  options: Options = {},
): ZooRequest {
  const headers: HeaderLine[] = type === undefined ? [] : [['Content-Type', type]];
  return { ...ask(method, target, headers, options), body: Buffer.from(body) };
}

export const post = (
  target: string,
  type: string | undefined,
  body: string | Uint8Array,
  options: Options = {},
): ZooRequest => send('POST', target, type, body, options);

export const postJson = (target: string, value: unknown, options: Options = {}): ZooRequest =>
  post(target, 'application/json', JSON.stringify(value), options);

export const postForm = (target: string, body: string, options: Options = {}): ZooRequest =>
  post(target, 'application/x-www-form-urlencoded', body, options);

/** One part of a multipart body. */
export interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly body: string | Uint8Array;
}

export function postParts(target: string, parts: readonly Part[], options: Options = {}): ZooRequest {
  const boundary = '----zoo-4f1d8a';
  const bytes: Buffer[] = parts.map((part) => {
    const file = part.filename === undefined ? '' : `; filename="${part.filename}"`;
    const type = part.type === undefined ? '' : `Content-Type: ${part.type}\r\n`;
    return Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"${file}\r\n${type}\r\n`),
      Buffer.from(part.body),
      Buffer.from('\r\n'),
    ]);
  });
  const body = Buffer.concat([...bytes, Buffer.from(`--${boundary}--\r\n`)]);
  return post(target, `multipart/form-data; boundary=${boundary}`, body, options);
}

/** The request with another header line. */
export const withHeader = (request: ZooRequest, name: string, value: string): ZooRequest => ({
  ...request,
  headers: [...request.headers, [name, value]],
});

/** How a request is called in messages. */
export const label = (request: ZooRequest): string =>
  `${request.method} ${request.target}${request.body === undefined ? '' : ` (${request.body.length} bytes)`}`;

/** Timestamps as R and HTTP print them: the clock differs between any two answers. */
export const withoutClock = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?/g, '<time>')
    .replace(/[A-Z][a-z]{2}, [ \d]\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g, '<time>');

/** The bytes on the wire, in the pieces they are written in. `Host` is the same for every target, so answers that quote it agree. */
export function encode(request: ZooRequest, cookies: ReadonlyMap<string, string>): Buffer[] {
  const lines = [`${request.method} ${request.target} HTTP/1.1`, 'Connection: close'];
  if (!request.headers.some(([name]) => name === 'Host')) lines.push('Host: zoo.example');
  for (const [name, value] of request.headers) lines.push(`${name}: ${value}`);
  if (request.jar && cookies.size > 0) {
    lines.push(`Cookie: ${[...cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`);
  }
  const { body, chunk } = request;
  if (body !== undefined)
    lines.push(chunk === undefined ? `Content-Length: ${body.length}` : 'Transfer-Encoding: chunked');
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  if (body === undefined) return [head];
  if (chunk === undefined) return [Buffer.concat([head, body])];
  const chunks = Array.from({ length: Math.ceil(body.length / chunk) }, (_, index) => {
    const data = body.subarray(index * chunk, (index + 1) * chunk);
    return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
  });
  return [head, ...chunks, Buffer.from('0\r\n\r\n')];
}
