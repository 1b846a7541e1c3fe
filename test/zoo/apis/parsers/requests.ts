import { gzipSync } from 'node:zlib';
import { ask, get, type Part, post, postForm, postJson, postParts, send, withHeader } from '../../request.ts';

const json = 'application/json';
const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);
const megabytes = (count: number) => Buffer.alloc(count * 1024 * 1024, everyByte);

const jsonBodies = [
  '{}',
  '[]',
  'null',
  '1',
  'true',
  '"text"',
  '',
  ' ',
  '{"a":1}',
  '{"a":1,"a":2}',
  '{"a":[1,2.5,null]}',
  '{"a":{"b":{"c":[[1,2],[3,4]]}}}',
  '[{"x":1,"y":"a"},{"x":2,"y":"b"}]',
  '[1,"a",null]',
  '{"big":12345678901234567890,"small":1e-320,"int":2147483648}',
  '{"text":"\\u00fc\\ud83d\\ude00\\n","raw":"ü日本"}',
  '\ufeff{"a":1}',
  '{"a":1',
  '{a:1}',
  'NaN',
  '{"req":1,"res":2}',
];

const forms = ['', 'a=1', 'a=1&b=2&a=3', 'a=%C3%BC&b=x+y', 'a', 'a=&b', 'a=b=c', '&', 'a%5B%5D=1', 'a=ü', 'x=%zz'];

const parts: Part[] = [
  { name: 'plain', body: 'just text' },
  { name: 'typed', type: json, body: '{"a":[1,2,3]}' },
  { name: 'file', filename: 'bytes.bin', type: 'application/octet-stream', body: everyByte },
  {
    name: 'file',
    filename: 'more.bin',
    type: 'application/octet-stream',
    body: Buffer.from('\r\n--not-the-boundary\r\n'),
  },
  { name: 'ünï', filename: 'grüße 日本.txt', type: 'text/plain; charset=utf-8', body: 'zwölf\n' },
];
/** R: serialize(list(a = 1L, b = "x"), NULL, version = 2). */
const rds = Buffer.from(
  '580a00000002000402020002030000000213000000020000000d00000001000000010000001000000001000400090000000178' +
    '000004020000000100040009000000056e616d65730000001000000002000400090000000161000400090000000162000000fe',
  'hex',
);

export const requests = [
  ...['/default', '/json', '/json-lists'].flatMap((path) => jsonBodies.map((body) => post(path, json, body))),
  ...['/default', '/form'].flatMap((path) => forms.map((body) => postForm(path, body))),
  ...[
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/vnd.api+json',
    'text/json',
    'text/plain',
    'text/plain; charset=ISO-8859-1',
    'application/octet-stream',
    'application/x-unknown',
    'image/png',
    'text/html',
    'garbage',
    '',
    undefined,
  ].flatMap((type) => ['/default', '/json', '/text', '/octet', '/none'].map((path) => post(path, type, '{"a":1}'))),
  post('/text', 'text/plain', 'ä\nö\r\nü\n'),
  post('/text', 'text/plain; charset=ISO-8859-1', Buffer.from('\xe4\xf6\xfc', 'latin1')),
  post('/text', 'text/plain', Buffer.from('nul\0inside')),
  post('/octet', 'application/octet-stream', everyByte),
  post('/octet', 'application/octet-stream', ''),
  post('/rds', 'application/rds', gzipSync(rds)),
  post('/rds', 'application/rds', rds),
  post('/rds', 'application/rds', 'not an rds'),
  postParts('/multi', parts),
  postParts('/multi', parts.slice(0, 1)),
  postParts('/multi', []),
  postParts('/upload', parts),
  postParts('/upload', [{ name: 'file', filename: 'big.bin', type: 'application/octet-stream', body: megabytes(1) }]),
  postParts('/upload-args', parts.slice(2, 4)),
  postParts('/upload-args', parts.slice(0, 3)),
  postParts('/default', parts),
  post('/multi', 'multipart/form-data; boundary=missing', 'no boundary in here'),
  post('/multi', 'multipart/form-data', 'no boundary declared'),
  postJson('/named', { a: 1 }),
  postJson('/named', { b: 2, c: 3 }),
  postJson('/named?b=query', { a: 1, b: 2 }),
  postForm('/named', 'a=1'),
  post('/echo', 'application/octet-stream', everyByte),
  post('/echo', 'application/octet-stream', megabytes(3)),
  post('/echo', 'text/plain', ''),
  post('/echo', 'application/octet-stream', everyByte, { chunk: 7 }),
  post('/echo', 'application/octet-stream', megabytes(1), { chunk: 65_536 }),
  post('/json', json, '{"a":[1,2,3]}', { chunk: 3 }),
  post('/default', json, '{"a":[1,2,3]}', { chunk: 1 }),
  postForm('/form', 'a=1&b=2', { chunk: 4 }),
  post('/lines', 'text/plain', 'one\ntwo\nthree'),
  post('/lines', 'text/plain', 'one\r\ntwo\r\n'),
  withHeader(postJson('/json', { a: 1 }), 'Content-Encoding', 'identity'),
  withHeader(post('/echo', 'application/octet-stream', gzipSync('{"a":1}')), 'Content-Encoding', 'gzip'),
  withHeader(postJson('/json', { a: 1 }), 'Expect', '100-continue'),
  send('PUT', '/default', json, '{"a":1}'),
  { ...get('/default'), method: 'POST' },
  { ...send('GET', '/default', json, '{"a":1}') },
  ask('POST', '/echo'),
];
