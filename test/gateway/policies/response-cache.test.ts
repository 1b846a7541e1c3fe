import test, { type ExecutionContext } from 'ava';
import { runPolicy, startBackend } from '../../support/gateway.ts';

const lookup = (attributes = '', children = '') =>
  `<cache-lookup vary-by-developer="false" vary-by-developer-groups="false" ${attributes}>${children}</cache-lookup>`;

/** A backend whose answers are numbered; its status is the path's. */
async function counting(t: ExecutionContext) {
  const backend = await startBackend(t, ({ url }, response) =>
    response.writeHead(Number(/\d{3}/.exec(url)?.[0] ?? 200), { A: 'b' }).end(String(backend.received.length)),
  );
  return backend;
}

test('a GET is answered from the cache until its time is up', async (t) => {
  const backend = await counting(t);
  const { call, clock } = await runPolicy(t, backend, {
    inbound: lookup(),
    outbound: '<cache-store duration="60" />',
  });
  const get = async (path: string, headers = {}) => (await call(path, { headers })).text;
  t.is(await get('/test/x?a=1'), '1');
  clock.advance(59_999);
  t.like(await call('/test/x?a=1'), {
    status: 200,
    text: '1',
    headers: { a: 'b', 'cache-control': 'no-cache, no-store' },
  });
  t.is(await get('/test/x?a=2'), '2');
  t.is(await get('/test/y?a=1'), '3');
  clock.advance(1);
  t.is(await get('/test/x?a=1'), '4');
});

test('other methods, other answers than 200 and secret ones are not kept', async (t) => {
  const backend = await counting(t);
  const { call } = await runPolicy(t, backend, { inbound: lookup(), outbound: '<cache-store duration="60" />' });
  for (const init of [{ method: 'POST' }, { headers: { Authorization: 'x' } }]) {
    const first = await call('/test', init);
    t.not((await call('/test', init)).text, first.text);
  }
  t.is((await call('/test/404')).status, 404);
  t.not((await call('/test/404')).text, (await call('/test/404')).text);
});

test('cache-response says what is kept, allow-private-response-caching whose', async (t) => {
  const backend = await counting(t);
  const { call } = await runPolicy(t, backend, {
    inbound: lookup('allow-private-response-caching="@(true)"', '<vary-by-header>Authorization</vary-by-header>'),
    outbound: '<cache-store duration="@(30 + 30)" cache-response="@(context.Response.StatusCode == 404)" />',
  });
  const get = async (path: string, Authorization: string) => (await call(path, { headers: { Authorization } })).text;
  t.deepEqual(
    [await get('/test/404', 'ann'), await get('/test/404', 'ann'), await get('/test/404', 'bob')],
    ['1', '1', '2'],
  );
  t.not(await get('/test', 'ann'), await get('/test', 'ann'));
});

test('only the parameters and headers named make a difference', async (t) => {
  const backend = await counting(t);
  const { call } = await runPolicy(t, backend, {
    inbound: lookup(
      '',
      '<vary-by-header>Accept</vary-by-header><vary-by-query-parameter>a;b</vary-by-query-parameter>',
    ),
    outbound: '<cache-store duration="60" />',
  });
  const get = async (query: string, Accept: string) => (await call(`/test?${query}`, { headers: { Accept } })).text;
  t.is(await get('a=1&b=1&c=1', 'x'), '1');
  t.is(await get('b=1&a=1&c=2', 'x'), '1');
  t.is(await get('a=1&b=2', 'x'), '2');
  t.is(await get('a=1&b=1', 'y'), '3');
});

test('a hit skips the rest of inbound and the backend, and goes on behind cache-store', async (t) => {
  const backend = await counting(t);
  const mark = (name: string) => `<set-header name="${name}" exists-action="append"><value>x</value></set-header>`;
  const { call } = await runPolicy(
    t,
    backend,
    {
      inbound: `<base />${lookup()}<rate-limit-by-key calls="1" renewal-period="60" counter-key="k" />`,
      outbound: `${mark('before')}<base />${mark('after')}`,
    },
    { policy: 'global.xml' },
    {
      'global.xml': `<policies><outbound>${mark('inner-before')}<cache-store duration="60" />${mark('inner-after')}</outbound></policies>`,
    },
  );
  const expected = { before: 'x', 'inner-before': 'x', 'inner-after': 'x', after: 'x' };
  t.like((await call('/test')).headers, expected);
  t.like(await call('/test'), { status: 200, text: '1', headers: expected });
});

test('callers may keep what downstream-caching-type says, as long as the gateway does', async (t) => {
  const backend = await counting(t);
  const { call, clock } = await runPolicy(t, backend, {
    inbound: lookup(
      'downstream-caching-type="@(context.Request.Url.QueryString == "?p" ? "public" : "private")" must-revalidate="@(context.Request.Url.QueryString == "?p")"',
    ),
    outbound: '<cache-store duration="60" />',
  });
  t.is((await call('/test?p')).headers['cache-control'], 'public, must-revalidate, max-age=60');
  clock.advance(20_000);
  t.is((await call('/test?p')).headers['cache-control'], 'public, must-revalidate, max-age=40');
  t.is((await call('/test')).headers['cache-control'], 'private, max-age=60');
});

test('developers and their groups can have answers of their own; a miss asks for a whole answer', async (t) => {
  const backend = await counting(t);
  const run = (developer: boolean) =>
    runPolicy(
      t,
      backend,
      {
        inbound: `<cache-lookup vary-by-developer="${developer}" vary-by-developer-groups="true" />`,
        outbound: '<cache-store duration="60" />',
      },
      {
        users: [
          { id: 'ann', groups: ['g', 'h'] },
          { id: 'bob', groups: ['h', 'g'] },
          { id: 'eve', groups: [] },
        ],
        subscriptions: ['ann', 'bob', 'eve'].map((user) => ({
          id: user,
          user,
          scope: 'all',
          primaryKey: `key-of-${user}`,
        })),
      },
    );
  const asked = async ({ call }: Awaited<ReturnType<typeof run>>) => {
    const texts: string[] = [];
    for (const user of ['ann', 'bob', 'eve', 'ann']) {
      const headers = {
        'Ocp-Apim-Subscription-Key': `key-of-${user}`,
        'If-None-Match': '"1"',
        'Cache-Control': 'no-cache',
      };
      texts.push((await call('/test', { headers })).text);
    }
    return texts;
  };
  t.deepEqual(await asked(await run(false)), ['1', '1', '2', '1']);
  t.deepEqual(await asked(await run(true)), ['3', '4', '5', '3']);
  t.like(backend.received[0]!.headers, { 'if-none-match': undefined, 'cache-control': undefined });
});
