import test from 'ava';
import type { GatewayConfig } from '../../../gateway/config.ts';
import { policies, runGateway, runPolicy, startBackend } from '../../support/gateway.ts';

const key = (name: string) => ({ headers: { 'Ocp-Apim-Subscription-Key': name } });

async function withProduct(
  t: Parameters<typeof startBackend>[0],
  policy: string,
  more: Partial<GatewayConfig> = {},
  backendHandler?: Parameters<typeof startBackend>[1],
) {
  const backend = await startBackend(t, backendHandler);
  const api = (id: string) => ({
    id,
    path: id,
    serviceUrl: backend.url,
    operations: ['GET', 'POST'].map((method) => ({ id: method.toLowerCase(), method, urlTemplate: '/*' })),
  });
  const running = await runGateway(
    t,
    {
      apis: [api('a'), api('b')],
      products: [{ id: 'trial', apis: ['a', 'b'], policy: 'product.xml' }],
      subscriptions: [
        { id: 'one', scope: 'product/trial', primaryKey: 'one', startDate: '2025-12-31T22:00:00Z' },
        { id: 'two', scope: 'product/trial', primaryKey: 'two', startDate: '2026-01-01T00:00:00Z' },
        { id: 'all', scope: 'all', primaryKey: 'all' },
      ],
      ...more,
    },
    { 'product.xml': policies({ inbound: policy }) },
  );
  return { ...running, backend };
}

const sliding = { settings: { rateLimit: 'sliding' } } as const;
const trial =
  '<rate-limit calls="60" renewal-period="60" remaining-calls-header-name="left" total-calls-header-name="total" />';

test('the 61st call in a minute is refused, by a sliding window', async (t) => {
  const { call, clock, backend } = await withProduct(t, trial, sliding);
  for (let i = 0; i < 60; i++) {
    const answer = await call('/a', key('one'));
    t.deepEqual([answer.status, answer.headers.left, answer.headers.total], [200, String(59 - i), '60']);
    clock.advance(50);
  }
  const refused = await call('/a', key('one'));
  t.is(refused.status, 429);
  t.is(refused.text, '{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds." }');
  t.is(refused.headers['retry-after'], '57');
  t.is(refused.headers['content-type'], 'application/json');
  t.is(backend.received.length, 60);

  t.is((await call('/a', key('two'))).status, 200, 'another subscription has a counter of its own');
  t.is((await call('/a', key('all'))).headers.left, undefined, 'keys that do not run in the product are not limited');
  clock.advance(500);
  t.is((await call('/a', key('one'))).headers['retry-after'], '57', 'who comes then does not come too soon');
  clock.advance(56_500);
  t.is((await call('/a', key('one'))).status, 200);
  t.is((await call('/a', key('one'))).status, 429, 'only the oldest call has left the window');
});

test('the token bucket of the v2 tiers fills evenly', async (t) => {
  const { call, clock } = await withProduct(t, trial, { settings: { rateLimit: 'tokenBucket' } });
  for (let i = 0; i < 60; i++) t.is((await call('/a', key('one'))).status, 200);
  const refused = await call('/a', key('one'));
  t.deepEqual([refused.status, refused.headers['retry-after']], [429, '1']);
  clock.advance(1_000);
  t.is((await call('/a', key('one'))).status, 200);
  t.is((await call('/a', key('one'))).status, 429);
  clock.advance(60_000);
  t.is((await call('/a', key('one'))).headers.left, '59', 'it never holds more than its calls');
});

test('rate limits of an API and an operation hold beside the one of all calls', async (t) => {
  const { call } = await withProduct(
    t,
    `<rate-limit calls="5" renewal-period="60"><api id="a" calls="3" renewal-period="60">
      <operation id="post" calls="1" renewal-period="60" /></api></rate-limit>`,
    sliding,
  );
  const status = async (path: string, method = 'GET') => (await call(path, { method, ...key('one') })).status;
  t.deepEqual([await status('/a', 'POST'), await status('/a', 'POST')], [200, 429]);
  t.is(await status('/b'), 200);
  t.is(await status('/a'), 200);
  t.is(await status('/a'), 429);
  t.is(await status('/b'), 429);
});

test('rate-limit-by-key counts any key, shared by policies at every scope', async (t) => {
  const backend = await startBackend(t);
  const limit = (calls: string) =>
    `<rate-limit-by-key calls="${calls}" renewal-period="60" counter-key="@(context.Request.Headers.GetValueOrDefault("who"))"
      retry-after-header-name="again" remaining-calls-variable-name="left" />`;
  const { call } = await runPolicy(
    t,
    backend,
    {
      inbound: `<base />${limit('@(2 * 2)')}`,
      outbound: '<set-header name="left"><value>@(context.Variables["left"].ToString())</value></set-header>',
    },
    { policy: 'global.xml', ...sliding },
    { 'global.xml': policies({ inbound: limit('4') }) },
  );
  const who = (name: string) => call('/test', { headers: { who: name } });
  t.is((await who('x')).headers.left, '2', 'both policies count');
  t.is((await who('x')).headers.left, '0');
  t.is((await who('y')).status, 200);
  t.like(await who('x'), { status: 429, headers: { again: '60' } });
});

test('rate-limit-by-key with an increment condition counts when the response is known', async (t) => {
  const backend = await startBackend(t, ({ url }, response) => response.writeHead(Number(url.slice(1))).end());
  const { call } = await runPolicy(
    t,
    backend,
    {
      inbound: `<rate-limit-by-key calls="2" renewal-period="60" counter-key="all" remaining-calls-header-name="left"
        increment-condition="@(context.Response.StatusCode == 401)" increment-count="@(1)" />`,
    },
    sliding,
  );
  for (let i = 0; i < 3; i++) t.like(await call('/test/200'), { status: 200, headers: { left: '2' } });
  t.is((await call('/test/401')).headers.left, '1');
  t.is((await call('/test/401')).headers.left, '0');
  t.is((await call('/test/200')).status, 429);
});

test('a quota of calls is replenished when its period, counted from the subscription, ends', async (t) => {
  const { call, clock } = await withProduct(t, '<quota calls="2" renewal-period="86400" />');
  t.is((await call('/a', key('one'))).status, 200);
  t.is((await call('/b', key('one'))).status, 200);
  const refused = await call('/a', key('one'));
  t.is(refused.status, 403);
  t.is(
    refused.text,
    '{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 22:00:00." }',
  );
  t.is(refused.headers['retry-after'], String(22 * 3600));
  t.is((await call('/a', key('two'))).status, 200);
  clock.advance(22 * 3_600_000 - 1);
  t.regex((await call('/a', key('one'))).text, /replenished in 00:00:01\./);
  clock.advance(1);
  t.is((await call('/a', key('one'))).status, 200);
});

test('a quota of bandwidth counts the bodies of request and response; days are written d.hh:mm:ss', async (t) => {
  const half = Buffer.alloc(512, 'x');
  const { call } = await withProduct(t, '<quota bandwidth="1" renewal-period="604800" />', {}, (_, response) =>
    response.writeHead(200).end(half),
  );
  t.is((await call('/a', { method: 'POST', body: half, ...key('two') })).status, 200);
  const refused = await call('/a', key('two'));
  t.is(
    refused.text,
    '{ "statusCode": 403, "message": "Out of bandwidth quota. Quota will be replenished in 7.00:00:00." }',
  );
});

test('quota-by-key counts a call once for each key, as often as the policy stands', async (t) => {
  const backend = await startBackend(t);
  const quota =
    '<quota-by-key calls="2" renewal-period="3600" counter-key="@(context.Request.IpAddress)" first-period-start="2025-12-31T23:30:00Z" />';
  const { call } = await runPolicy(t, backend, { inbound: `${quota}${quota}` });
  t.is((await call('/test')).status, 200);
  t.is((await call('/test')).status, 200);
  t.regex((await call('/test')).text, /Out of call volume quota\. Quota will be replenished in 00:30:00\./);
});

test('a quota without renewal is never replenished', async (t) => {
  const { call, clock } = await withProduct(t, '<quota calls="1" renewal-period="0" />');
  t.is((await call('/a', key('one'))).status, 200);
  clock.advance(10 * 365 * 86_400_000);
  const refused = await call('/a', key('one'));
  t.deepEqual([refused.status, refused.headers['retry-after']], [403, undefined]);
});

test('limit-concurrency refuses at once what is too many, and counts calls out again', async (t) => {
  const waiting: (() => void)[] = [];
  let arrived: () => void;
  const inside = new Promise<void>((resolve) => (arrived = resolve));
  const backend = await startBackend(t, (_, response) => {
    waiting.push(() => response.end('done'));
    arrived();
  });
  const { call } = await runPolicy(t, backend, {
    backend: '<limit-concurrency key="@("k")" max-count="1"><forward-request /></limit-concurrency>',
  });
  const first = call('/test');
  await inside;
  t.is((await call('/test')).status, 429);
  waiting.pop()!();
  t.is((await first).status, 200);
  const again = call('/test');
  void inside.then(async () => {
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    waiting.pop()!();
  });
  t.is((await again).status, 200);
});
