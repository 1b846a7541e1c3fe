import test from 'ava';
import { runPolicy, startBackend } from '../../support/gateway.ts';

/** The waits in seconds that a retry policy makes on a backend that always answers 503. */
async function waits(t: Parameters<typeof startBackend>[0], attributes: string): Promise<number[]> {
  const backend = await startBackend(t, (_, response) => response.writeHead(503).end('busy'));
  const { call, clock } = await runPolicy(t, backend, {
    backend: `<retry condition="@(context.Response.StatusCode == 503)" ${attributes}><forward-request /></retry>`,
  });
  const seen: number[] = [];
  const answer = call('/test');
  let finished = false;
  void answer.then(() => (finished = true));
  const count = Number(/count="(\d+)"/.exec(attributes)![1]) - (attributes.includes('first-fast') ? 1 : 0);
  while (!finished && seen.length < count) {
    const delay = await clock.scheduled((ms) => ms !== 300_000);
    seen.push(delay / 1000);
    clock.advance(delay);
  }
  t.like(await answer, { status: 503, text: 'busy' });
  t.is(backend.received.length, Number(/count="(\d+)"/.exec(attributes)![1]) + 1);
  return seen;
}

test('an interval alone is waited each time', async (t) => {
  t.deepEqual(await waits(t, 'count="3" interval="10"'), [10, 10, 10]);
});

test('the first retry may be at once', async (t) => {
  t.deepEqual(await waits(t, 'count="3" interval="10" first-fast-retry="true"'), [10, 10]);
});

test('with delta the waits grow evenly', async (t) => {
  t.deepEqual(await waits(t, 'count="4" interval="10" delta="5"'), [10, 15, 20, 25]);
});

test('with delta and max-interval they grow exponentially, with chance, up to the bound', async (t) => {
  const seen = await waits(t, 'count="5" interval="1" delta="10" max-interval="100"');
  [10, 30, 70].forEach((base, i) => {
    t.true(seen[i]! >= 1 + base * 0.8 && seen[i]! <= 1 + base * 1.2, `${i}: ${seen[i]}`);
  });
  t.deepEqual(seen.slice(3), [100, 100]);
});

test('it ends as soon as the condition does not hold, and sends the same body again', async (t) => {
  const backend = await startBackend(t, (_, response) => {
    response.writeHead(backend.received.length < 3 ? 503 : 200).end(String(backend.received.length));
  });
  const { call } = await runPolicy(t, backend, {
    backend: `<retry condition="@(context.Response.StatusCode == 503)" count="9" interval="0">
      <forward-request buffer-request-body="true" /></retry>`,
  });
  const body = Buffer.alloc(100_000, 'abc');
  t.like(await call('/test', { method: 'POST', body }), { status: 200, text: '3' });
  t.deepEqual(
    backend.received.map((received) => received.body.equals(body)),
    [true, true, true],
  );
});

test('a body that was not kept can not be sent again', async (t) => {
  const backend = await startBackend(t, (_, response) => response.writeHead(503).end());
  const { call, log } = await runPolicy(t, backend, {
    backend:
      '<retry condition="@(context.Response.StatusCode == 503)" count="1" interval="0"><forward-request /></retry>',
  });
  t.is((await call('/test', { method: 'POST', body: 'x' })).status, 500);
  t.regex(log.at(-1)!.message, /buffer-request-body/);
});

test('the condition may read the body of the answer', async (t) => {
  const backend = await startBackend(t, (_, response) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(`{"ready":${backend.received.length > 1}}`),
  );
  const { call } = await runPolicy(t, backend, {
    backend: `<retry condition="@(!(bool)context.Response.Body.As<JObject>(true)["ready"])" count="5" interval="0">
      <forward-request /></retry>`,
  });
  t.is((await call('/test')).text, '{"ready":true}');
});

test('a failure of a child policy is not retried', async (t) => {
  const { call, log } = await runPolicy(
    t,
    { url: 'http://127.0.0.1:1' },
    {
      backend: '<retry condition="@(true)" count="3" interval="1"><forward-request /></retry>',
      'on-error': '<set-header name="path"><value>@(context.LastError.Path)</value></set-header>',
    },
  );
  t.like(await call('/test'), { status: 500, headers: { path: 'retry[1]' } });
  t.is(log.length, 1);
});
