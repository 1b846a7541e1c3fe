import test from 'ava';
import { policies, runGateway, startBackend } from '../support/gateway.ts';

const show = `<base /><set-header name="seen"><value>@(string.Join("|", context.Subscription?.Id, context.Product?.Id,
  context.User?.Email))</value></set-header>`;

async function start(t: Parameters<typeof startBackend>[0]) {
  const backend = await startBackend(t);
  const operations = [{ id: 'get', method: 'GET', urlTemplate: '/' }];
  const serviceUrl = backend.url;
  const api = { serviceUrl, operations };
  return runGateway(
    t,
    {
      policy: 'global.xml',
      apis: [
        { id: 'closed', path: 'closed', ...api },
        { id: 'other', path: 'other', ...api },
        { id: 'keyless', path: 'keyless', subscriptionRequired: false, ...api },
        { id: 'open', path: 'open', ...api },
        { id: 'renamed', path: 'renamed', subscriptionKeyParameterNames: { header: 'X-Key', query: 'key' }, ...api },
      ],
      products: [
        { id: 'gold', apis: ['closed', 'keyless', 'renamed'], policy: 'product.xml' },
        { id: 'silver', apis: ['other'], policy: 'product.xml' },
        { id: 'free', apis: ['open'], subscriptionRequired: false, policy: 'product.xml' },
      ],
      users: [{ id: 'ann', email: 'ann@example.org' }],
      subscriptions: [
        { id: 'gold-1', scope: 'product/gold', primaryKey: 'gold', secondaryKey: 'gold-second', user: 'ann' },
        { id: 'silver-1', scope: 'product/silver', primaryKey: 'silver' },
        { id: 'api-1', scope: 'api/closed', primaryKey: 'api' },
        { id: 'all-1', scope: 'all', primaryKey: 'all' },
        { id: 'old', scope: 'all', primaryKey: 'old', state: 'suspended' },
      ],
    },
    {
      'global.xml': policies({ outbound: show }).replace('<base />', ''),
      'product.xml': policies({
        outbound: '<base /><set-header name="product-policy"><value>ran</value></set-header>',
      }),
    },
  );
}

const header = (key: string) => ({ headers: { 'Ocp-Apim-Subscription-Key': key } });

test('a product key opens the APIs of its product, in the product; both keys of a subscription do', async (t) => {
  const { call } = await start(t);
  for (const key of ['gold', 'gold-second']) {
    const answer = await call('/closed', header(key));
    t.like(answer, { status: 200, headers: { seen: 'gold-1|gold|ann@example.org', 'product-policy': 'ran' } });
  }
  t.is((await call('/closed', header('silver'))).status, 401);
  t.is((await call('/other', header('gold'))).status, 401);
});

test('keys of the API and of all APIs run no product policies', async (t) => {
  const { call } = await start(t);
  for (const [key, seen] of [
    ['api', 'api-1||'],
    ['all', 'all-1||'],
  ] as const) {
    const { status, headers } = await call('/closed', header(key));
    t.deepEqual([status, headers.seen, headers['product-policy']], [200, seen, undefined]);
  }
  t.is((await call('/other', header('api'))).status, 401);
  t.is((await call('/other', header('all'))).status, 200);
});

test('a suspended subscription opens nothing', async (t) => {
  const { call } = await start(t);
  t.is((await call('/closed', header('old'))).status, 401);
});

test('the query is looked at only where the header is absent', async (t) => {
  const { call } = await start(t);
  t.is((await call('/closed?a=1&subscription-key=gold')).status, 200);
  t.is((await call('/closed?subscription-key=gold', header('wrong'))).status, 401);
});

test('an API may call header and query parameter otherwise', async (t) => {
  const { call } = await start(t);
  t.is((await call('/renamed', { headers: { 'x-key': 'gold' } })).status, 200);
  t.is((await call('/renamed?key=gold')).status, 200);
  const refused = await call('/renamed', header('gold'));
  t.is(refused.status, 401);
  t.regex(refused.headers['www-authenticate']!, /name="X-Key"/);
});

test('without a key an open product lets in, else an API that needs none; a wrong key is refused all the same', async (t) => {
  const { call } = await start(t);
  t.like(await call('/open'), { status: 200, headers: { seen: '|free|', 'product-policy': 'ran' } });
  const { status, headers } = await call('/keyless');
  t.deepEqual([status, headers.seen, headers['product-policy']], [200, '||', undefined]);
  t.is((await call('/keyless', header('wrong'))).status, 401);
  t.like(await call('/keyless', header('gold')), { status: 200, headers: { seen: 'gold-1|gold|ann@example.org' } });
});
