import test from 'ava';
import { runPolicy, startBackend } from '../../support/gateway.ts';

test('cached values last for their duration, in the gateway', async (t) => {
  const backend = await startBackend(t);
  const { call, clock } = await runPolicy(t, backend, {
    inbound: `<choose>
      <when condition="@(context.Request.Method == "PUT")"><cache-store-value key="@("k")" value="@(new JObject(new JProperty("n", 7)))" duration="60" /></when>
      <when condition="@(context.Request.Method == "DELETE")"><cache-remove-value key="k" /></when>
      </choose><cache-lookup-value key="k" variable-name="v" /><cache-lookup-value key="k" variable-name="d" default-value="none" />`,
    outbound: `<set-header name="v"><value>@(context.Variables.ContainsKey("v") ? ((JObject)context.Variables["v"])["n"].ToString() : "unset")</value></set-header>
      <set-header name="d"><value>@(context.Variables["d"] is string ? "default" : "cached")</value></set-header>`,
  });
  const look = async (method: string) => {
    const { headers } = await call('/test', { method });
    return [headers.v, headers.d];
  };
  t.deepEqual(await look('GET'), ['unset', 'default']);
  t.deepEqual(await look('PUT'), ['7', 'cached']);
  clock.advance(59_999);
  t.deepEqual(await look('GET'), ['7', 'cached']);
  clock.advance(1);
  t.deepEqual(await look('GET'), ['unset', 'default']);
  t.deepEqual(await look('PUT'), ['7', 'cached']);
  t.deepEqual(await look('DELETE'), ['unset', 'default']);
});

test('emit-metric adds up, by name and dimensions', async (t) => {
  const backend = await startBackend(t);
  const { call, gateway } = await runPolicy(t, backend, {
    inbound: `<emit-metric name="calls" namespace="ns" value="@(1.5)"><dimension name="API ID" />
      <dimension name="method" value="@(context.Request.Method)" /></emit-metric>`,
  });
  for (const method of ['GET', 'POST', 'GET']) await call('/test', { method });
  t.deepEqual(gateway.metrics(), [
    { name: 'calls', namespace: 'ns', dimensions: { 'API ID': 'test', method: 'GET' }, count: 2, sum: 3 },
    { name: 'calls', namespace: 'ns', dimensions: { 'API ID': 'test', method: 'POST' }, count: 1, sum: 1.5 },
  ]);
});

test('trace writes to the log', async (t) => {
  const backend = await startBackend(t);
  const { call, log } = await runPolicy(t, backend, {
    inbound: `<trace source="mine" severity="information"><message>@("at " + context.Request.Method)</message>
      <metadata name="k" value="@("v")" /></trace><trace source="old">@("form")</trace>`,
  });
  await call('/test');
  t.like(log[0], { level: 'info', message: 'at GET', fields: { source: 'mine', k: 'v' } });
  t.like(log[1], { level: 'debug', message: 'form', fields: { source: 'old' } });
});

test('send-request keeps an answer in a variable; return-response can give it back', async (t) => {
  const backend = await startBackend(t);
  const side = await startBackend(t, ({ body, headers }, response) =>
    response
      .writeHead(201, { 'Content-Type': 'application/json', a: 'b' })
      .end(`{"got":"${body.toString()}${headers.x as string}"}`),
  );
  const { call } = await runPolicy(t, backend, {
    inbound: `<send-request mode="new" response-variable-name="side" timeout="20" ignore-error="false">
        <set-url>@("${side.url}/p?q=" + 1)</set-url><set-method>POST</set-method>
        <set-header name="x" exists-action="override"><value>y</value></set-header><set-body>@("bo" + "dy")</set-body></send-request>
      <choose><when condition="@(((IResponse)context.Variables["side"]).StatusCode == 201 && context.Request.Method == "GET")">
        <set-header name="got"><value>@((string)((IResponse)context.Variables["side"]).Body.As<JObject>(true)["got"])</value></set-header></when>
      <otherwise><return-response response-variable-name="side"><set-header name="c"><value>d</value></set-header></return-response></otherwise></choose>`,
  });
  await call('/test');
  t.is(backend.received[0]!.headers.got, 'bodyy');
  t.like(side.received[0], { method: 'POST', url: '/p?q=1', headers: { 'content-length': '4' } });
  t.like(await call('/test', { method: 'POST' }), {
    status: 201,
    text: '{"got":"bodyy"}',
    headers: { a: 'b', c: 'd' },
  });
});

test('send-request in copy mode sends what the caller sent, which the backend still gets', async (t) => {
  const [backend, side] = [await startBackend(t), await startBackend(t)];
  const { call } = await runPolicy(t, backend, {
    inbound: `<send-request mode="copy" response-variable-name="r" timeout="20" ignore-error="true">
      <set-url>${side.url}/copy</set-url></send-request>`,
  });
  await call('/test', { method: 'POST', headers: { x: 'y' }, body: 'content' });
  for (const { received } of [backend, side]) {
    t.like(received[0], { method: 'POST', headers: { x: 'y' } });
    t.is(received[0]!.body.toString(), 'content');
  }
});

test('send-request that fails is an error, or null where errors are ignored', async (t) => {
  const backend = await startBackend(t);
  const send = (ignore: string) =>
    `<send-request response-variable-name="r" timeout="20" ignore-error="${ignore}"><set-url>http://127.0.0.1:1/</set-url></send-request>
     <set-header name="null"><value>@((context.Variables["r"] == null).ToString())</value></set-header>`;
  const ignoring = await runPolicy(t, backend, { inbound: send('true') });
  await ignoring.call('/test');
  t.is(backend.received[0]!.headers.null, 'True');
  const failing = await runPolicy(t, backend, {
    inbound: send('false'),
    'on-error':
      '<set-header name="error"><value>@(context.LastError.Source + "|" + context.LastError.Reason)</value></set-header>',
  });
  t.like(await failing.call('/test'), { status: 500, headers: { error: 'send-request|BackendConnectionFailure' } });
});
