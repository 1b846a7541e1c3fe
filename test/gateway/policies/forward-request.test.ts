import test from 'ava';
import { runPolicy, startBackend } from '../../support/gateway.ts';

const tell = `<set-header name="error"><value>@(context.LastError.Reason)</value></set-header>`;

test('a backend that does not answer in time: 500, Timeout; its call is aborted', async (t) => {
  let closed: Promise<unknown> = Promise.resolve();
  const backend = await startBackend(t, (_, response) => {
    closed = new Promise((resolve) => response.once('close', resolve));
  });
  for (const [attributes, delay] of [
    ['timeout="7"', 7_000],
    ['timeout-ms="@(1500)"', 1_500],
    ['', 300_000],
  ] as const) {
    const { call, clock } = await runPolicy(t, backend, {
      backend: `<forward-request ${attributes} />`,
      'on-error': tell,
    });
    const before = backend.received.length;
    const answer = call('/test');
    await clock.scheduled((ms) => ms === delay);
    while (backend.received.length === before) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(delay);
    const { status, text, headers } = await answer;
    t.deepEqual([status, headers.error], [500, 'Timeout']);
    t.regex(text, /^\{ "statusCode": 500, "message": "Internal server error", "activityId": "[\da-f-]{36}" \}$/);
    await closed;
  }
});

test('error statuses pass, unless fail-on-error-status-code sends them to on-error', async (t) => {
  const backend = await startBackend(t, (_, response) => response.writeHead(422, { a: 'b' }).end('sorry'));
  const passing = await runPolicy(t, backend, { 'on-error': tell });
  t.like(await passing.call('/test'), { status: 422, text: 'sorry' });
  const failing = await runPolicy(t, backend, {
    backend: '<forward-request fail-on-error-status-code="true" />',
    'on-error': tell,
  });
  t.like(await failing.call('/test'), {
    status: 422,
    text: 'sorry',
    headers: { a: 'b', error: 'BackendErrorStatusCode' },
  });
});

test('redirects pass, unless they are followed', async (t) => {
  const backend = await startBackend(t, ({ url, method, body }, response) => {
    if (url === '/end') response.end(`${method} ${body.toString()}`);
    else response.writeHead(Number(url.slice(1)), { Location: '/end' }).end();
  });
  const passing = await runPolicy(t, backend, {});
  t.like(await passing.call('/test/302'), { status: 302, headers: { location: '/end' } });
  const following = await runPolicy(t, backend, {
    backend: '<forward-request follow-redirects="true" buffer-request-body="true" />',
  });
  const post = { method: 'POST', body: 'x' };
  t.is((await following.call('/test/302', post)).text, 'GET ');
  t.is((await following.call('/test/307', post)).text, 'POST x');
});

test('an API without a service URL needs a policy that sets a backend', async (t) => {
  const backend = await startBackend(t);
  const apis = [
    {
      id: 'test',
      path: 'test',
      subscriptionRequired: false,
      policy: 'api.xml',
      operations: [{ id: 'get', method: 'GET', urlTemplate: '/*' }],
    },
  ];
  const { call } = await runPolicy(t, backend, { 'on-error': tell }, { apis });
  t.like(await call('/test'), { status: 500, headers: { error: 'BackendConnectionFailure' } });
});
