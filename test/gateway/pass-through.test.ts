import { once } from 'node:events';
import http from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import test from 'ava';
import { runGateway, runPolicy, startBackend } from '../support/gateway.ts';

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 256));

test("the backend's status, reason, headers and bytes come through unchanged, repeated Set-Cookie too", async (t) => {
  const raw = [
    'X-Odd-CASE',
    'a b',
    'Set-Cookie',
    'a=1',
    'Content-Type',
    'application/x-odd',
    'Set-Cookie',
    'b=2',
    'Date',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Content-Length',
    String(bytes.length),
    'X-Latin',
    'caf\u00e9',
  ];
  const backend = await startBackend(t, (_, response) => response.writeHead(299, 'Quite Fine', raw).end(bytes));
  const { call } = await runPolicy(t, backend, {});
  const answer = await call('/test/x');
  t.deepEqual([answer.status, answer.reason], [299, 'Quite Fine']);
  t.deepEqual(answer.rawHeaders.slice(0, raw.length), raw);
  t.deepEqual(answer.rawHeaders.slice(raw.length), ['Connection', 'close']);
  t.true(answer.body.equals(bytes));
});

test("the caller's method, path, query, headers and bytes reach the backend unchanged but for Host and Connection", async (t) => {
  const backend = await startBackend(t);
  const { call } = await runPolicy(t, backend, {}, { subscriptions: [{ id: 's', scope: 'all', primaryKey: 'k' }] });
  const target = '/a%2Fb//c;d=%zz/%E2%82%AC?x=1&x=%20+&y&=z&subscription-key=k';
  const headers = [
    'X-One',
    '1',
    'x-one',
    '2',
    'Content-Type',
    'a/b',
    'Accept-Encoding',
    'br',
    'Keep-Alive',
    'x',
    'Connection',
    'close, x-hop',
    'X-Hop',
    '1',
  ];
  const answer = await call(`/test${target}`, { method: 'PUT', headers, body: bytes });
  t.is(answer.status, 200, answer.text);
  const [got] = backend.received;
  t.deepEqual([got!.method, got!.url], ['PUT', target]);
  t.true(got!.body.equals(bytes));
  const flat = [...got!.rawHeaders].join('|').replace(/(?:^|\|)(?:host|connection|transfer-encoding)\|[^|]*/gi, '');
  t.is(flat, '|X-One|1|x-one|2|Content-Type|a/b|Accept-Encoding|br');
  t.is(got!.headers.host, new URL(backend.url).host);
});

test('bodies with a length keep it, in both directions', async (t) => {
  const backend = await startBackend(t, ({ body }, response) =>
    response.writeHead(200, { 'Content-Length': body.length }).end(body),
  );
  const { call } = await runPolicy(t, backend, {});
  const answer = await call('/test', { method: 'POST', headers: { 'Content-Length': bytes.length }, body: bytes });
  t.is(backend.received[0]!.headers['content-length'], String(bytes.length));
  t.is(backend.received[0]!.headers['transfer-encoding'], undefined);
  t.is(answer.headers['content-length'], String(bytes.length));
  t.true(answer.body.equals(bytes));
});

test('HEAD, 204 and 304 have no body and keep their headers', async (t) => {
  const backend = await startBackend(t, ({ url, method }, response) => {
    const status = Number(url.slice(1));
    response.writeHead(status, { ETag: '"x"', ...(method === 'HEAD' ? { 'Content-Length': 5 } : {}) }).end();
  });
  const { call } = await runPolicy(t, backend, {});
  t.like(await call('/test/200', { method: 'HEAD' }), { status: 200, text: '', headers: { 'content-length': '5' } });
  for (const status of [204, 304]) {
    const answer = await call(`/test/${status}`);
    t.like(answer, { status, text: '', headers: { etag: '"x"' } });
    t.is(answer.headers['transfer-encoding'], undefined);
  }
});

test('compressed answers come through as they are, and policies read what is in them', async (t) => {
  for (const [encoding, packed] of [
    ['gzip', gzipSync('{"n":42}')],
    ['br', brotliCompressSync('{"n":42}')],
  ] as const) {
    const backend = await startBackend(t, (_, response) =>
      response.writeHead(200, { 'Content-Encoding': encoding }).end(packed),
    );
    const read =
      '<set-header name="n"><value>@((string)context.Response.Body.As<JObject>(true)["n"])</value></set-header>';
    const untouched = await runPolicy(t, backend, { outbound: read });
    const answer = await untouched.call('/test');
    t.is(answer.headers.n, '42');
    t.true(answer.body.equals(packed));

    const replaced = await runPolicy(t, backend, {
      outbound: '<set-body>@(context.Response.Body.As<string>() + "!")</set-body>',
    });
    const plain = await replaced.call('/test');
    t.deepEqual(
      [plain.text, plain.headers['content-encoding'], plain.headers['content-length']],
      ['{"n":42}!', undefined, '9'],
    );
  }
});

test('an answer is streamed: its first bytes arrive while the backend is still writing', async (t) => {
  let finish = () => undefined as unknown;
  const backend = await startBackend(t, (_, response) => {
    response.writeHead(200);
    response.write('first');
    finish = () => response.end(' last');
  });
  const { gateway } = await runPolicy(t, backend, {});
  const request = http.get(`${gateway.url}/test`, { agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const [first] = (await once(response, 'data')) as [Buffer];
  t.is(first.toString(), 'first');
  finish();
  const [last] = (await once(response, 'data')) as [Buffer];
  t.is(last.toString(), ' last');
});

test('a backend that breaks off in the middle breaks the answer off, too', async (t) => {
  const backend = await startBackend(t, (_, response) => {
    response.writeHead(200, { 'Content-Length': 100 });
    response.write('half', () => response.destroy());
  });
  const { call } = await runPolicy(t, backend, {});
  await t.throwsAsync(call('/test'), { code: 'ECONNRESET' });
});

test('a caller that hangs up aborts the call to the backend', async (t) => {
  let arrived: (response: http.ServerResponse) => void;
  const inBackend = new Promise<http.ServerResponse>((resolve) => (arrived = resolve));
  const backend = await startBackend(t, (_, response) => arrived(response));
  const { gateway } = await runPolicy(t, backend, {});
  const request = http.get(`${gateway.url}/test`, { agent: false });
  request.on('error', () => undefined);
  const response = await inBackend;
  const closed = once(response, 'close');
  request.destroy();
  await closed;
  t.false(response.writableFinished);
});

test('a slow reader gets every byte', async (t) => {
  const large = Buffer.alloc(8_000_000, 'x');
  const backend = await startBackend(t, (_, response) => response.writeHead(200).end(large));
  const { gateway } = await runPolicy(t, backend, {});
  const request = http.get(`${gateway.url}/test`, { agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let length = 0;
  for await (const chunk of response) {
    length += (chunk as Buffer).length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.is(length, large.length);
});

test('of the APIs whose path fits, the one with the longest is called, whatever their order', async (t) => {
  const [short, long] = [await startBackend(t), await startBackend(t)];
  const api = (path: string, { url }: { url: string }) => ({
    id: path.replace('/', '-'),
    path,
    serviceUrl: url,
    subscriptionRequired: false,
    operations: [{ id: 'get', method: 'GET', urlTemplate: '/*' }],
  });
  const { call } = await runGateway(t, { apis: [api('a', short), api('a/b', long)] });
  for (const target of ['/a/b/c', '/a/bc', '/a/c']) t.is((await call(target)).status, 200);
  t.deepEqual(
    [short, long].map(({ received }) => received.map(({ url }) => url)),
    [['/bc', '/c'], ['/c']],
  );
});
