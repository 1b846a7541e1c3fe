/** Bytes that are not HTTP, or not quite. What matters is that a server outlives them. */
export interface Malformed {
  readonly name: string;
  readonly bytes: Buffer;
}

const head = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`;
const get = (...headers: string[]): string =>
  head('GET /x HTTP/1.1', 'Host: zoo.example', 'Connection: close', ...headers);
const post = (body: string, ...headers: string[]): string =>
  head('POST /methods HTTP/1.1', 'Host: zoo.example', 'Connection: close', ...headers) + body;

const texts: Record<string, string> = {
  'nothing at all': '',
  'a blank line': '\r\n',
  'only line feeds': 'GET /x HTTP/1.1\nHost: zoo.example\nConnection: close\n\n',
  'not a protocol': 'hello there\r\n\r\n',
  'a TLS client hello': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'.padEnd(300, '\x00'),
  'HTTP/0.9': 'GET /x\r\n',
  'HTTP/1.0 without Host': head('GET /x HTTP/1.0'),
  'HTTP/2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'an unknown version': head('GET /x HTTP/9.9', 'Host: zoo.example'),
  'no version': head('GET /x', 'Host: zoo.example'),
  'no target': head('GET HTTP/1.1', 'Host: zoo.example'),
  'a target without slash': head('GET x HTTP/1.1', 'Host: zoo.example', 'Connection: close'),
  'a star target': head('OPTIONS * HTTP/1.1', 'Host: zoo.example', 'Connection: close'),
  'a CONNECT': head('CONNECT zoo.example:443 HTTP/1.1', 'Host: zoo.example'),
  'no Host': head('GET /x HTTP/1.1', 'Connection: close'),
  'two Hosts': get('Host: other.example'),
  'NUL in the target': head('GET /x\0y HTTP/1.1', 'Host: zoo.example', 'Connection: close'),
  'NUL in a header': get('X-Nul: a\0b'),
  'control characters in a header': get('X-Bell: a\x07b'),
  'a header without colon': get('this is no header'),
  'a header without name': get(': value'),
  'a space before the colon': get('X-Space : value'),
  'a folded header': get('X-Folded: one\r\n two'),
  'a carriage return alone': get('X-Return: a\rb'),
  'an enormous target': head(`GET /x?${'q'.repeat(200_000)} HTTP/1.1`, 'Host: zoo.example', 'Connection: close'),
  'an enormous header': get(`X-Large: ${'h'.repeat(200_000)}`),
  'ten thousand headers': get(...Array.from({ length: 10_000 }, (_, index) => `X-${index}: ${index}`)),
  'an unfinished request line': 'GET /x HTT',
  'unfinished headers': 'GET /x HTTP/1.1\r\nHost: zoo.ex',
  'a body that is too short': post('abc', 'Content-Length: 10'),
  'a negative length': post('abc', 'Content-Length: -1'),
  'a length that is no number': post('abc', 'Content-Length: three'),
  'an enormous length': post('abc', 'Content-Length: 99999999999999999999'),
  'two lengths that differ': post('abc', 'Content-Length: 3', 'Content-Length: 4'),
  'a length and chunks': post('3\r\nabc\r\n0\r\n\r\n', 'Content-Length: 3', 'Transfer-Encoding: chunked'),
  'a chunk size that is no number': post('zz\r\nabc\r\n0\r\n\r\n', 'Transfer-Encoding: chunked'),
  'a chunk longer than said': post('2\r\nabcdef\r\n0\r\n\r\n', 'Transfer-Encoding: chunked'),
  'an enormous chunk size': post('ffffffffffffffff\r\nabc', 'Transfer-Encoding: chunked'),
  'chunks without end': post('3\r\nabc\r\n', 'Transfer-Encoding: chunked'),
  'chunk extensions and trailers': post(
    '3;a=b\r\nabc\r\n0\r\nX-Trailer: t\r\n\r\n',
    'Transfer-Encoding: chunked',
    'Trailer: X-Trailer',
  ),
  'an unknown transfer encoding': post('abc', 'Transfer-Encoding: zip'),
  'an upgrade to a websocket': get(
    'Upgrade: websocket',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZQ==',
    'Sec-WebSocket-Version: 13',
  ),
  'an expectation nobody knows': post('abc', 'Content-Length: 3', 'Expect: miracles'),
  'bytes after the end': `${get()}garbage after the request`,
};

export const malformed: readonly Malformed[] = Object.entries(texts).map(([name, text]) => ({
  name,
  bytes: Buffer.from(text, 'latin1'),
}));
