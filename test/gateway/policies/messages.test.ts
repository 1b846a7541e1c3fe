import test from 'ava';
import { runGateway, runPolicy, policies, startBackend } from '../../support/gateway.ts';

test('set-header overrides, skips, appends and deletes', async (t) => {
  const backend = await startBackend(t);
  const set = (name: string, action: string, ...values: string[]) =>
    `<set-header name="${name}" exists-action="${action}">${values.map((v) => `<value>${v}</value>`).join('')}</set-header>`;
  const { call } = await runPolicy(t, backend, {
    inbound:
      set('a', 'override', 'new') +
      set('b', 'skip', 'new') +
      set('c', 'skip', '@("x" + 1)') +
      set('d', 'append', 'two', 'three') +
      set('e', 'delete') +
      set('f', 'override', 'one', 'two') +
      set('Cookie', 'append', 'n=2') +
      set('g', 'override', '@((string)null)'),
    outbound: set('Set-Cookie', 'append', 'b=2', 'c=3') + set('x', 'override', '1', '2'),
  });
  const answer = await call('/test', {
    headers: ['a', 'old', 'A', 'older', 'b', 'old', 'd', 'one', 'e', '1', 'Cookie', 'n=1', 'z', 'last'],
  });
  const { headers, rawHeaders } = backend.received[0]!;
  t.like(headers, {
    a: 'new',
    b: 'old',
    c: 'x1',
    d: 'one,two,three',
    f: 'one,two',
    cookie: 'n=1; n=2',
    g: '',
    z: 'last',
  });
  t.is(headers.e, undefined);
  t.is(rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'cookie').length, 2);
  t.deepEqual(answer.headers['set-cookie'], ['b=2', 'c=3']);
  t.is(answer.headers.x, '1,2');
});

test('a policy may give the backend another Host', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runPolicy(t, backend, {
    inbound: '<set-header name="Host"><value>inner.example</value></set-header>',
  });
  await call('/test');
  t.is(backend.received[0]!.headers.host, 'inner.example');
});

test('set-query-parameter changes its own parameter and leaves the others as written', async (t) => {
  const backend = await startBackend(t);
  const set = (name: string, action: string, ...values: string[]) =>
    `<set-query-parameter name="${name}" exists-action="${action}">${values.map((v) => `<value>${v}</value>`).join('')}</set-query-parameter>`;
  const { call } = await runPolicy(t, backend, {
    inbound:
      set('a', 'override', 'x y') +
      set('b', 'skip', 'new') +
      set('c', 'append', '2') +
      set('d', 'delete') +
      set('e', 'skip', '@(1 + 1)'),
  });
  await call('/test/p?a=1&b=%2f&a=2&c=1&d=&f=+%20');
  t.is(backend.received[0]!.url, '/p?b=%2f&c=1&f=+%20&a=x%20y&c=2&e=2');
});

test('rewrite-uri fills in parameters and takes unmatched query parameters along', async (t) => {
  const backend = await startBackend(t);
  const run = (policy: string) =>
    runGateway(
      t,
      {
        apis: [
          {
            id: 'a',
            path: 'a',
            serviceUrl: `${backend.url}/base/`,
            subscriptionRequired: false,
            policy: 'api.xml',
            operations: [{ id: 'get', method: 'GET', urlTemplate: '/get/{id}?a={b}' }],
          },
        ],
      },
      { 'api.xml': policies({ inbound: policy }) },
    );
  const sent = async (policy: string) => {
    await (await run(policy)).call('/a/get/x%20y?a=b&c=%2fd');
    return backend.received.at(-1)!.url;
  };
  t.is(await sent('<rewrite-uri template="/put/{id}?n={b}" />'), '/base/put/x%20y?n=b&c=%2fd');
  t.is(await sent('<rewrite-uri template="/put" copy-unmatched-params="false" />'), '/base/put');
  t.is(
    await sent('<rewrite-uri template="@("/e?q=" + context.Request.MatchedParameters["id"].Length)" />'),
    '/base/e?q=3&c=%2fd',
  );
});

test('set-backend-service by URL, and by backend with its credentials', async (t) => {
  const [one, two] = [await startBackend(t), await startBackend(t)];
  const { call } = await runPolicy(
    t,
    one,
    {
      inbound: `<choose><when condition="@(context.Request.Method == "POST")"><set-backend-service backend-id="two" /></when>
        <otherwise><set-backend-service base-url="@("${two.url}" + "/v2/")" /></otherwise></choose>`,
      backend: '<set-header name="url"><value>@(context.Request.Url.ToString())</value></set-header><base />',
    },
    {
      backends: [
        {
          id: 'two',
          url: `${two.url}/entity`,
          credentials: {
            headers: { 'x-secret': 's' },
            query: { code: 'a b' },
            authorization: { scheme: 'Basic', parameter: 'eDp5' },
          },
        },
      ],
    },
  );
  await call('/test/p?q=1');
  t.like(two.received[0], { url: '/v2/p?q=1', headers: { url: `${two.url}/v2/p?q=1` } });
  await call('/test/p?q=1', { method: 'POST' });
  t.like(two.received[1], {
    url: '/entity/p?q=1&code=a%20b',
    headers: { 'x-secret': 's', authorization: 'Basic eDp5' },
  });
  t.is(one.received.length, 0);
});

test('set-method and set-body change the request; set-status and set-body the response', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runPolicy(t, backend, {
    inbound: `<set-variable name="was" value="@(context.Request.Body.As<string>(preserveContent: true))" />
      <set-method>put</set-method><set-body>@(context.Request.Body.As<string>().ToUpper())</set-body>`,
    outbound: '<set-status code="201" reason="Made" /><set-body>@((string)context.Variables["was"] + "!")</set-body>',
  });
  const answer = await call('/test', { method: 'POST', body: 'abc' });
  t.like(backend.received[0], { method: 'PUT', headers: { 'content-length': '3' } });
  t.is(backend.received[0]!.body.toString(), 'ABC');
  t.deepEqual([answer.status, answer.reason, answer.text], [201, 'Made', 'abc!']);
});

test('set-body takes text and markup as written', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runPolicy(
    t,
    backend,
    { inbound: '<set-body><a x="1">&amp; {{who}}</a></set-body>', outbound: '<set-body> { "a": 1 }\n</set-body>' },
    { namedValues: { who: 'me' } },
  );
  const answer = await call('/test', { method: 'POST', body: 'old' });
  t.is(backend.received[0]!.body.toString(), '<a x="1">&amp; me</a>');
  t.is(answer.text, ' { "a": 1 }\n');
});

test('return-response ends everything, with an empty 200 by default', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runPolicy(t, backend, {
    inbound: `<choose><when condition="@(context.Request.Method == "GET")"><return-response /></when></choose>
      <return-response><set-status code="202" /><set-header name="a"><value>@(context.Request.Method)</value></set-header>
      <set-body>@(context.Request.Body.As<string>())</set-body></return-response>`,
    outbound: '<set-header name="never"><value>x</value></set-header>',
  });
  t.like(await call('/test'), { status: 200, text: '', headers: { 'content-length': '0' } });
  const answer = await call('/test', { method: 'POST', body: 'echo' });
  t.like(answer, { status: 202, reason: 'Accepted', text: 'echo', headers: { a: 'POST' } });
  t.is(answer.headers.never, undefined);
  t.is(backend.received.length, 0);
});

test('return-response in outbound still sees the answer of the backend', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runPolicy(t, backend, {
    outbound:
      '<return-response><set-body>@(context.Response.Body.As<string>() + context.Response.StatusCode)</set-body></return-response>',
  });
  t.is((await call('/test')).text, '{"ok":true}200');
});

test('mock-response answers without content', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runPolicy(t, backend, {
    inbound: '<mock-response status-code="404" content-type="application/json" />',
  });
  t.like(await call('/test'), { status: 404, text: '', headers: { 'content-type': 'application/json' } });
});

test('a header that HTTP can not carry is an error, not a crash', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runPolicy(t, backend, {
    outbound: '<set-header name="x"><value>@("a\\r\\nb: c")</value></set-header>',
  });
  t.is((await call('/test')).status, 500);
  const inbound = await runPolicy(t, backend, {
    inbound: '<set-header name="x"><value>@("a\\r\\nb: c")</value></set-header>',
  });
  t.is((await inbound.call('/test')).status, 500);
});
