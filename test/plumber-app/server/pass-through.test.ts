import test from 'ava';
import { api, call, exchange, serve, type TestServer } from '../../support/server.ts';

interface Received extends Record<string, unknown> {
  headers: Record<string, string>;
}

let wire: TestServer;
const ends: (() => unknown)[] = [];
test.before(async () => {
  wire = await serve({ teardown: (end) => ends.push(end) }, api('wire'));
});
test.after.always(() => Promise.all(ends.map((end) => end())));

test('status, reason, header case, order and repetition come as R sent them', async (t) => {
  const { get } = wire;
  const { status, message, rawHeaders, all, body } = await get('/cookies');
  t.is(status, 418);
  t.is(message, 'Dunno');
  t.deepEqual(all('set-cookie'), ['a=1', 'b=2']);
  const names = rawHeaders.filter((_, i) => i % 2 === 0);
  t.deepEqual(names.slice(0, 6), [
    'Date',
    'Set-Cookie',
    'Set-Cookie',
    'X-MiXed-CaSe',
    'Content-Type',
    'Content-Length',
  ]);
  t.is(Buffer.from(all('x-mixed-case')[0] ?? '', 'latin1').toString(), 'é');
  t.is(body.toString(), '["teapot"]');
});

test('R sees the caller, the path, the query and the headers unchanged, and nothing of ours', async (t) => {
  const { get, port } = wire;
  const path = '/received?a=%20b&c=d+e&&=|"<>%C3%A9';
  const headers = {
    'X-Forwarded-For': '10.0.0.1, 10.0.0.2',
    'X-Penstock-Peer': '6.6.6.6 6 6.6.6.6 6',
    'x-penstock-control': 'stop',
    'X-Penstock-Target': '/users/1',
    X_Penstock_Peer: '7.7.7.7 7 7.7.7.7 7',
    'x-penstock_control': 'stop',
    'x-penstock-subscription': 'me',
    x_penstock_subscription: 'somebody else',
    x_underscored: 'as it is',
    'X-Repeated': ['1', '2'],
  };
  const seen = (await get(path, { headers })).json() as Received;
  t.is(seen.PATH_INFO, '/received');
  t.is(seen.QUERY_STRING, '?a=%20b&c=d+e&&=|"<>%C3%A9');
  t.is(seen.REMOTE_ADDR, '127.0.0.1');
  t.regex(String(seen.REMOTE_PORT), /^[1-9]\d+$/);
  t.is(seen.SERVER_NAME, '127.0.0.1');
  t.is(seen.SERVER_PORT, String(port));
  t.is(seen.HTTP_X_FORWARDED_FOR, '10.0.0.1, 10.0.0.2');
  t.is(seen.HTTP_X_PENSTOCK_SUBSCRIPTION, 'me');
  t.is(seen.HTTP_X_PENSTOCK_PEER, '');
  t.is(seen.HTTP_X_PENSTOCK_CONTROL, '');
  t.is(seen.headers.x_underscored, 'as it is');
  t.is(seen.headers.host, `127.0.0.1:${port}`);
  t.is(seen.headers['x-repeated'], '1,2');
  t.false('x-penstock-peer' in seen.headers);
  t.is((await get('/globals')).text, '[]');
});

test('a target that httpuv would read in pieces arrives whole', async (t) => {
  const long = 'x'.repeat(70_000);
  const seen = (await wire.get(`/received?a=1?${long}`)).json() as Received;
  t.deepEqual([seen.PATH_INFO, seen.QUERY_STRING], ['/received', `?a=1?${long}`]);
  t.false('x-penstock-target' in seen.headers);
  t.is((await wire.get(`/any/${long}%20`)).text, `/any/${long}%20`);
});

test('paths are not normalised', async (t) => {
  const { get, port } = wire;
  t.is((await get('/received')).status, 200);
  t.is((await get('//received')).status, 404);
  t.is((await get('/received/')).status, 404);
  t.is((await get('/a/../received')).status, 404);
  t.is((await get('/users/12')).text, '[12]');
  t.is((await get('/users/x')).status, 404);
  t.is((await get('/any/a%20%C3%A9%2f;x')).text, '/any/a%20%C3%A9%2f;x');
  const absolute = await exchange(port, 'GET http://a.b/received?x HTTP/1.1\r\nHost: a.b\r\nConnection: close\r\n\r\n');
  t.regex(absolute, /^HTTP\/1.1 200 OK/);
  t.regex(absolute, /"QUERY_STRING":"\?x"/);
});

test('bodies go through byte for byte, whole or in chunks, alone or as a part', async (t) => {
  const { get, port } = wire;
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256));
  const type = { 'Content-Type': 'application/octet-stream' };
  t.true((await get('/bytes', { method: 'POST', headers: type, body: bytes })).body.equals(bytes));
  const chunked = { ...type, 'Transfer-Encoding': 'chunked' };
  t.true((await get('/bytes', { method: 'POST', headers: chunked, body: bytes })).body.equals(bytes));

  const form = Buffer.concat([
    Buffer.from(
      '------xyzzy\r\nContent-Disposition: form-data; name="file"; filename="f"\r\nContent-Type: application/octet-stream\r\n\r\n',
    ),
    bytes,
    Buffer.from('\r\n------xyzzy--\r\n'),
  ]);
  const multipart = { 'Content-Type': 'multipart/form-data; boundary=----xyzzy' };
  t.true((await get('/part', { method: 'POST', headers: multipart, body: form })).body.equals(bytes));

  const continued = await exchange(
    port,
    'POST /bytes HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n' +
      'Content-Type: application/octet-stream\r\nConnection: close\r\n\r\nhi',
  );
  t.regex(continued, /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n[^]*\r\n\r\nhi$/);
});

test('an answer of many megabytes arrives whole', async (t) => {
  const { get } = wire;
  const { body } = await get('/large?size=20000000');
  t.is(body.length, 20_000_000);
  t.true(body.subarray(-1_000_000).every((byte, i) => byte === (19_000_000 + i) % 256));
});

test('204 and 304 have no body, and the connection goes on', async (t) => {
  const { port } = wire;
  const got = await exchange(
    port,
    'GET /none HTTP/1.1\r\nHost: a\r\n\r\nGET /unmodified HTTP/1.1\r\nHost: a\r\n\r\n' +
      'GET /users/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  );
  t.deepEqual(got.match(/HTTP\/1.1 \d+ [^\r]*/g), [
    'HTTP/1.1 204 No Content',
    'HTTP/1.1 304 Not Modified',
    'HTTP/1.1 200 OK',
  ]);
  t.true(got.endsWith('\r\n\r\n[1]'));
});

test('HEAD answers have the length and no body, and never spoil the next call', async (t) => {
  const { get, port } = wire;
  for (let i = 0; i < 50; i++) {
    const head = await call(port, '/files/a.txt', { method: 'HEAD' });
    t.is(head.status, 200);
    t.deepEqual(head.all('content-length'), ['7']);
    t.is((await get('/users/7')).text, '[7]');
    const notFound = await call(port, '/nowhere', { method: 'HEAD' });
    t.is(notFound.status, 404);
    t.is(notFound.body.length, 0);
  }
});

test('documentation, OpenAPI and static files are there, as under run()', async (t) => {
  const { get } = wire;
  t.regex((await get('/openapi.json')).text, /"openapi":"3/);
  t.regex((await get('/__docs__/')).text, /<html/i);
  t.is((await get('/files/a.txt')).text, 'static\n');
});

test('an HTTP/1.0 caller is served and its connection ends', async (t) => {
  const { port } = wire;
  t.regex(await exchange(port, 'GET /users/3 HTTP/1.0\r\nHost: a\r\n\r\n'), /^HTTP\/1.1 200 OK[^]*\[3\]$/);
});

test('what is not HTTP gets a 400 of our own and does no harm', async (t) => {
  const { get, port } = wire;
  const malformed = [
    'nonsense\r\n\r\n',
    'GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'POST /bytes HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'GET * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    'GET /x HTTP/1.1\r\nConnection: close\r\n\r\n',
  ];
  for (const bytes of malformed) t.regex(await exchange(port, bytes), /^HTTP\/1.1 400 /, bytes);
  const headers = Array.from({ length: 100_000 }, (_, i) => `h${i}: 1\r\n`).join('');
  t.regex(
    await exchange(port, `GET /x HTTP/1.1\r\nHost: a\r\n${headers}\r\n`).catch(() => 'HTTP/1.1 431 '),
    /^HTTP\/1.1 431 /,
  );
  t.is((await get('/users/1')).status, 200);
});

test('a status that HTTP does not have is told as 502, and does not cost a worker', async (t) => {
  const { get, metric } = wire;
  for (const code of [0, 99, 101, 123, 1000]) {
    const { status, json } = await get(`/status?code=${code}`);
    t.is(status, 502, String(code));
    t.like(json(), { error: 'R gave no valid answer' }, String(code));
  }
  t.is((await get('/status?code=299')).status, 299);
  t.is(await metric('penstock_worker_restarts_total{reason="unresponsive"}'), 0);
});

test('garbage behind a request is not taken for its answer', async (t) => {
  const got = await exchange(wire.port, 'GET /users/1 HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n').catch(() => '');
  t.notRegex(got, / 400 /);
  t.is((await wire.get('/users/1')).status, 200);
});

test('a release is named in every answer, of R and of our own', async (t) => {
  const { get } = await serve(t, api('wire'), { release: 'wire@0123456789ab', limits: { body: 10 } });
  t.deepEqual((await get('/users/1')).all('x-penstock-release'), ['wire@0123456789ab']);
  const refused = await get('/bytes', { method: 'POST', body: 'more than ten bytes' });
  t.is(refused.status, 413);
  t.deepEqual(refused.all('x-penstock-release'), ['wire@0123456789ab']);
});
