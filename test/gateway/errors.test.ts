import test from 'ava';
import { policies, runGateway, runPolicy, startBackend } from '../support/gateway.ts';

const onError = `<set-header name="error"><value>@(string.Join("|", context.LastError.Source, context.LastError.Reason,
  context.LastError.Message, context.LastError.Scope, context.LastError.Section, context.LastError.Path,
  context.LastError.PolicyId))</value></set-header>`;
const guid = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/;

test('without a key: 401 with the challenge and the exact bytes', async (t) => {
  const backend = await startBackend(t);
  const { call, gateway } = await runGateway(
    t,
    {
      policy: 'global.xml',
      apis: [
        {
          id: 'a',
          path: 'v1/a',
          serviceUrl: backend.url,
          operations: [{ id: 'get', method: 'GET', urlTemplate: '/' }],
        },
      ],
    },
    { 'global.xml': policies({ 'on-error': onError }) },
  );
  const missing = await call('/v1/a');
  t.is(missing.status, 401);
  t.is(
    missing.text,
    '{ "statusCode": 401, "message": "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API." }',
  );
  t.is(missing.headers['content-type'], 'application/json');
  t.is(
    missing.headers['www-authenticate'],
    `AzureApiManagementKey realm="https://127.0.0.1:${gateway.port}/v1/a",name="Ocp-Apim-Subscription-Key",type="header"`,
  );
  t.regex(missing.headers.error as string, /^authorization\|SubscriptionKeyNotFound\|Access denied.*\|\|\|\|$/);

  const wrong = await call('/v1/a', { headers: { 'Ocp-Apim-Subscription-Key': 'x' } });
  t.is(wrong.status, 401);
  t.is(
    wrong.text,
    '{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription." }',
  );
  t.is(wrong.headers['www-authenticate'], missing.headers['www-authenticate']);
  t.regex(wrong.headers.error as string, /^authorization\|SubscriptionKeyInvalid\|/);
  t.is(backend.received.length, 0);
});

test('no such operation: 404, for an unknown API, path or method', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runGateway(
    t,
    {
      policy: 'global.xml',
      apis: [
        {
          id: 'a',
          path: 'a',
          serviceUrl: backend.url,
          policy: 'api.xml',
          operations: [{ id: 'get', method: 'GET', urlTemplate: '/x' }],
        },
      ],
    },
    {
      'global.xml': policies({ 'on-error': onError }),
      'api.xml': policies({ 'on-error': '<base /><set-header name="api"><value>yes</value></set-header>' }),
    },
  );
  for (const [target, method, api] of [
    ['/b', 'GET', undefined],
    ['/ax', 'GET', undefined],
    ['/a/y', 'GET', 'yes'],
    ['/a/x', 'POST', 'yes'],
  ] as const) {
    const answer = await call(target, { method });
    t.is(answer.status, 404);
    t.is(answer.text, '{ "statusCode": 404, "message": "Resource not found" }');
    t.is(answer.headers.error, 'configuration|OperationNotFound|Unable to match incoming request to an operation.||||');
    t.is(answer.headers.api, api);
  }
});

test('an expression that throws: 500 with the activity id, and on-error is told where', async (t) => {
  const backend = await startBackend(t);
  const { call, log } = await runPolicy(t, backend, {
    inbound: `<base /><choose><when condition="@(false)"></when><when condition="@(true)">
      <set-header id="mine" name="x"><value>@(context.Variables["none"].ToString())</value></set-header></when></choose>`,
    'on-error': onError,
  });
  const answer = await call('/test');
  t.is(answer.status, 500);
  const id = guid.exec(answer.text)![0];
  t.is(answer.text, `{ "statusCode": 500, "message": "Internal server error", "activityId": "${id}" }`);
  const error = (answer.headers.error as string).split('|');
  t.is(error[0], 'set-header');
  t.is(error[1], 'ExpressionValueEvaluationFailure');
  t.deepEqual(error.slice(3), ['api', 'inbound', 'choose[1]/when[2]', 'mine']);
  t.like(log.at(-1), { level: 'error', fields: { requestId: id, reason: 'ExpressionValueEvaluationFailure' } });
});

test('a backend that is down: 500, BackendConnectionFailure; the log says so, and nothing that the caller sent', async (t) => {
  const { call, log } = await runPolicy(
    t,
    { url: 'http://127.0.0.1:1' },
    { 'on-error': onError },
    { subscriptions: [{ id: 'one', scope: 'all', primaryKey: 'secret' }] },
  );
  const headers = { Authorization: 'Bearer secret', 'X-Own': 'secret' };
  for (const init of [{ headers }, { headers, method: 'POST', body: Buffer.alloc(300_000, 'secret') }]) {
    const answer = await call('/test/x?subscription-key=secret', init);
    t.is(answer.status, 500);
    t.regex(answer.text, /^\{ "statusCode": 500, "message": "Internal server error", "activityId": "[\da-f-]{36}" \}$/);
    t.regex(answer.headers.error as string, /^forward-request\|BackendConnectionFailure\|.*\|global\|backend\|\|$/);
    t.like(log.at(-1), { level: 'error', fields: { reason: 'BackendConnectionFailure' } });
  }
  t.notRegex(JSON.stringify(log), /secret/);
});

test('on-error may answer in its own way, with status and body', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runPolicy(t, backend, {
    inbound:
      '<check-header name="x" failed-check-httpcode="400" failed-check-error-message="no x" ignore-case="true" />',
    'on-error': `<choose><when condition="@(context.LastError.Reason == "HeaderNotFound" && context.Response.StatusCode == 400)">
      <return-response><set-status code="418" /><set-body>short and stout</set-body></return-response></when></choose>`,
  });
  const answer = await call('/test');
  t.deepEqual([answer.status, answer.reason, answer.text], [418, "I'm a Teapot", 'short and stout']);
});

test('a failure in on-error itself is told as 500', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runPolicy(t, backend, {
    inbound: '<ip-filter action="forbid"><address>127.0.0.1</address></ip-filter>',
    'on-error': '<set-variable name="x" value="@(context.Variables["none"].ToString())" />',
  });
  t.is((await call('/test')).status, 500);
});
