import test, { type ExecutionContext } from 'ava';
import { operationsOf } from '../../policies/operations.ts';
import { renderPolicies } from '../../policies/render.ts';
import { parseService } from '../../service/load.ts';
import { products as productsOf } from '../../service/products.ts';
import { runGateway, startBackend } from '../support/gateway.ts';

const service = parseService('limits: { body: 1kb, timeout: 10s, queueTimeout: 2s }', 'service.yaml', 'boston');
const products = productsOf({
  standard: { callsPerMinute: 4, callsPerDay: 6 },
  trial: { callsPerMinute: 2 },
});

/** The documents of a service, as they are deployed, in front of a backend. Keys: the products' names, and two of the API. */
async function run(t: ExecutionContext, handler?: Parameters<typeof startBackend>[1]) {
  const backend = await startBackend(t, handler);
  const operations = operationsOf(service).map(({ id, method, urlTemplate }) => ({ id, method, urlTemplate }));
  const documents = renderPolicies({ services: [service], products });
  const { call, clock } = await runGateway(
    t,
    {
      policy: 'global.xml',
      backends: [{ id: 'scoring-boston', url: backend.url }],
      apis: [{ id: 'boston', path: 'boston', policy: 'apis/boston.xml', operations }],
      products: products.map(({ name }) => ({ id: name, apis: ['boston'], policy: `products/${name}.xml` })),
      subscriptions: [
        ...products.map(({ name }) => ({ id: `of-${name}`, primaryKey: name, scope: `product/${name}` })),
        ...['one', 'two'].map((name) => ({ id: `api-${name}`, primaryKey: name, scope: 'api/boston' })),
      ],
    },
    Object.fromEntries(documents.map(({ file, xml }) => [file, xml])),
  );
  const ask = (key: string, body?: Buffer, headers: Record<string, string> = {}) =>
    call('/boston/score', {
      method: 'POST',
      headers: { ...(key && { 'Ocp-Apim-Subscription-Key': key }), ...headers },
      ...(body && { body }),
    });
  return { backend, clock, ask, call };
}

test('what the queue refused is sent again with its body: at once, then after a second, then no more', async (t) => {
  const { backend, clock, ask } = await run(t, (_, response) =>
    response.writeHead(503, { 'x-penstock-refused': 'queue-full', 'Retry-After': '7' }).end('busy'),
  );
  const body = Buffer.alloc(1000, 'abc');
  const answering = ask('internal', body);
  await clock.scheduled((delay) => delay === 1_000);
  t.is(backend.received.length, 2);
  clock.advance(1_000);
  const answer = await answering;
  t.like(answer, { status: 503, text: 'busy' });
  t.is(answer.headers['retry-after'], '7');
  t.is(backend.received.length, 3);
  t.true(backend.received.every((received) => received.body.equals(body)));
});

test('what R may have had is never sent again, whatever became of it', async (t) => {
  for (const status of [500, 502, 503, 504]) {
    const { backend, ask } = await run(t, (_, response) => response.writeHead(status).end('once'));
    t.like(await ask('internal'), { status, text: 'once' });
    t.is(backend.received.length, 1, `${status}`);
  }
});

test('a body that says that it is over the limit is refused before the backend, one of just that size is not', async (t) => {
  const { backend, ask } = await run(t);
  t.is((await ask('internal', Buffer.alloc(1024))).status, 200);
  const { status, text } = await ask('internal', Buffer.alloc(1025));
  t.is(status, 413);
  t.deepEqual(JSON.parse(text), { error: 'Request body too large', detail: 'The body may have at most 1024 bytes.' });
  t.is(backend.received.length, 1);
});

test('a subscription has the calls of its product, each minute and each day', async (t) => {
  const { clock, ask } = await run(t);
  const statuses = async (key: string, calls: number) => {
    const seen = [];
    for (let i = 0; i < calls; i++) seen.push((await ask(key)).status);
    return seen;
  };
  t.deepEqual(await statuses('trial', 3), [200, 200, 429]);
  t.deepEqual(await statuses('standard', 5), [200, 200, 200, 200, 429]);
  t.deepEqual(await statuses('internal', 9), Array(9).fill(200));
  clock.advance(59_999);
  t.deepEqual(await statuses('trial', 1), [429]);
  clock.advance(1);
  t.deepEqual(await statuses('trial', 3), [200, 200, 429]);
  t.deepEqual(await statuses('standard', 3), [200, 200, 403]);
  clock.advance(86_400_000);
  t.deepEqual(await statuses('standard', 1), [200]);
});

test('a key of no product has the calls of the largest one, each key its own', async (t) => {
  const { ask } = await run(t);
  for (let i = 0; i < 4; i++) t.is((await ask('one')).status, 200);
  t.is((await ask('one')).status, 429);
  t.is((await ask('two')).status, 200);
});

test('a call has an id from end to end: the caller’s when it is fit for a log, else a new one; an error has it too', async (t) => {
  const { backend, ask } = await run(t);
  const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  for (const key of ['internal', 'one']) {
    const given = await ask(key, undefined, { 'x-correlation-id': 'order-7:a.b_c' });
    t.is(given.headers['x-correlation-id'], 'order-7:a.b_c');
    t.is(backend.received.at(-1)?.headers['x-correlation-id'], 'order-7:a.b_c');
    for (const unfit of ['two words', 'a'.repeat(129), '{"a":1}']) {
      const drawn = await ask(key, undefined, { 'x-correlation-id': unfit });
      t.regex(String(drawn.headers['x-correlation-id']), guid);
      t.is(backend.received.at(-1)?.headers['x-correlation-id'], drawn.headers['x-correlation-id']);
      if (key === 'one') break;
    }
  }
  const refused = await ask('wrong');
  t.is(refused.status, 401);
  t.regex(String(refused.headers['x-correlation-id']), guid);
});

test('the backend is told who calls and by which address, whatever the caller says of that, and never the key', async (t) => {
  const { backend, ask, call } = await run(t);
  const claims = { 'x-penstock-subscription': 'somebody', 'X-Forwarded-Host': 'elsewhere', 'X-Forwarded-Prefix': '/x' };
  await ask('standard', undefined, claims);
  await call('/boston/score?a=1&subscription-key=standard', { method: 'POST', headers: claims });
  t.deepEqual(
    backend.received.map(({ url }) => url),
    ['/score', '/score?a=1'],
  );
  for (const { headers } of backend.received) {
    t.is(headers['x-penstock-subscription'], 'of-standard');
    t.is(headers['x-forwarded-host'], '127.0.0.1');
    t.is(headers['x-forwarded-prefix'], '/boston');
    t.false('ocp-apim-subscription-key' in headers);
  }
});
