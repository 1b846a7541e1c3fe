import test from 'ava';
import { policies, runGateway, startBackend } from '../../support/gateway.ts';

const cors = (attributes = '', origin = 'https://app.example') => `<cors ${attributes}>
  <allowed-origins><origin>${origin}</origin></allowed-origins>
  <allowed-methods preflight-result-max-age="300"><method>GET</method><method>PUT</method></allowed-methods>
  <allowed-headers><header>x-a</header></allowed-headers>
  <expose-headers><header>x-b</header><header>x-c</header></expose-headers></cors>`;

async function start(t: Parameters<typeof startBackend>[0], api: string, global = '', options = false) {
  const backend = await startBackend(t);
  const operations = ['GET', 'PUT', 'POST', ...(options ? ['OPTIONS'] : [])].map((method) => ({
    id: method,
    method,
    urlTemplate: '/x',
  }));
  const running = await runGateway(
    t,
    {
      policy: 'global.xml',
      apis: [{ id: 'a', path: 'a', serviceUrl: backend.url, policy: 'api.xml', operations }],
      subscriptions: [{ id: 's', scope: 'all', primaryKey: 'k' }],
    },
    { 'global.xml': policies({ inbound: global }), 'api.xml': policies({ inbound: api }) },
  );
  return { ...running, backend };
}

const preflight = (origin: string, method = 'PUT', headers?: string) => ({
  method: 'OPTIONS',
  headers: {
    Origin: origin,
    'Access-Control-Request-Method': method,
    ...(headers === undefined ? {} : { 'Access-Control-Request-Headers': headers }),
  },
});

test('a preflight request is answered by cors alone, without a key', async (t) => {
  const { call, backend } = await start(
    t,
    `<check-header name="never" failed-check-httpcode="400" failed-check-error-message="" ignore-case="true" />${cors('allow-credentials="true"')}`,
  );
  const answer = await call('/a/x', preflight('https://app.example', 'PUT', 'X-A, content-type'));
  t.like(answer, {
    status: 200,
    text: '',
    headers: {
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET,PUT',
      'access-control-allow-headers': 'X-A,content-type',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '300',
    },
  });
  t.is(backend.received.length, 0);
});

test('an unmatched preflight request gets an empty 200', async (t) => {
  const { call } = await start(t, cors());
  for (const init of [
    preflight('https://evil.example'),
    preflight('https://app.example', 'POST'),
    preflight('https://app.example', 'PUT', 'x-z'),
  ]) {
    const answer = await call('/a/x', init);
    t.deepEqual([answer.status, answer.text, answer.headers['access-control-allow-origin']], [200, '', undefined]);
  }
});

test('a cors policy that does not terminate leaves it to the next one, of a wider scope too', async (t) => {
  const leave = 'terminate-unmatched-request="false"';
  const { call } = await start(t, `${cors(leave)}<base />`, cors(leave, 'https://other.example'));
  const answer = await call('/a/x', preflight('https://other.example'));
  t.is(answer.headers['access-control-allow-origin'], 'https://other.example');
  const terminating = await start(
    t,
    `${cors('terminate-unmatched-request="true"')}<base />`,
    cors(leave, 'https://other.example'),
  );
  t.is(
    (await terminating.call('/a/x', preflight('https://other.example'))).headers['access-control-allow-origin'],
    undefined,
  );
});

test('without a cors policy, or for an unknown path, a preflight request finds nothing', async (t) => {
  const { call } = await start(t, '<base />');
  t.is((await call('/a/x', preflight('https://app.example'))).status, 404);
  const other = await start(t, cors());
  t.is((await other.call('/a/y', preflight('https://app.example'))).status, 404);
});

test('an OPTIONS operation is called like any other', async (t) => {
  const { call, backend } = await start(t, '<base />', cors(), true);
  const init = preflight('https://app.example');
  const answer = await call('/a/x', { ...init, headers: { ...init.headers, 'Ocp-Apim-Subscription-Key': 'k' } });
  t.deepEqual([answer.text, backend.received[0]!.method], ['{"ok":true}', 'OPTIONS']);
});

test('other requests of an allowed origin get the headers, in errors too', async (t) => {
  const { call } = await start(
    t,
    `${cors()}<choose><when condition="@(context.Request.Headers.ContainsKey("fail"))">
    <ip-filter action="forbid"><address>127.0.0.1</address></ip-filter></when></choose>`,
  );
  const key = { 'Ocp-Apim-Subscription-Key': 'k' };
  for (const [more, status] of [
    [{}, 200],
    [{ fail: '1' }, 403],
  ] as const) {
    t.like(await call('/a/x', { headers: { Origin: 'https://APP.example:443', ...key, ...more } }), {
      status,
      headers: {
        'access-control-allow-origin': 'https://APP.example:443',
        'access-control-expose-headers': 'x-b,x-c',
      },
    });
  }
  const none = await call('/a/x', { headers: key });
  t.deepEqual([none.text, none.headers['access-control-allow-origin']], ['{"ok":true}', undefined]);
});

test('a GET of another origin is terminated with an empty 200, or goes on without headers', async (t) => {
  const headers = { Origin: 'https://evil.example', 'Ocp-Apim-Subscription-Key': 'k' };
  const terminating = await start(t, cors('terminate-unmatched-request="true"'));
  t.like(await terminating.call('/a/x', { headers }), { status: 200, text: '' });
  t.like(await terminating.call('/a/x', { method: 'POST', headers }), { text: '{"ok":true}' });
  const leaving = await start(t, cors('terminate-unmatched-request="false"'));
  const answer = await leaving.call('/a/x', { headers });
  t.deepEqual([answer.text, answer.headers['access-control-allow-origin']], ['{"ok":true}', undefined]);
});
