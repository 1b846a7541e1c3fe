import test from 'ava';
import { runPolicy, startBackend } from '../../support/gateway.ts';

const tell = `<set-header name="error"><value>@(context.LastError.Reason + "|" + context.LastError.Message)</value></set-header>`;

test('check-header wants a header, or one of its values', async (t) => {
  const backend = await startBackend(t);
  const check = (ignoreCase: string) =>
    `<check-header name="x" failed-check-httpcode="400" failed-check-error-message="No &quot;x&quot;!" ignore-case="${ignoreCase}"><value>one</value><value>@("t" + "wo")</value></check-header>`;
  const strict = await runPolicy(t, backend, { inbound: check('false'), 'on-error': tell });
  t.is((await strict.call('/test', { headers: { x: 'two' } })).status, 200);
  const missing = await strict.call('/test');
  t.is(missing.text, '{ "statusCode": 400, "message": "No \\"x\\"!" }');
  t.is(missing.headers.error, 'HeaderNotFound|Header x was not found in the request. Access denied.');
  const other = await strict.call('/test', { headers: { x: 'TWO' } });
  t.is(other.headers.error, 'HeaderValueNotAllowed|Header x value of TWO is not allowed. Access denied.');
  const lax = await runPolicy(t, backend, { inbound: check('true') });
  t.is((await lax.call('/test', { headers: { x: 'TWO' } })).status, 200);
});

test('ip-filter allows or forbids addresses and ranges', async (t) => {
  const backend = await startBackend(t);
  const status = async (policy: string) => {
    const { call } = await runPolicy(t, backend, { inbound: policy, 'on-error': tell });
    const { text, headers } = await call('/test');
    return [text, headers.error];
  };
  const forbidden = '{ "statusCode": 403, "message": "Forbidden" }';
  const ok = ['{"ok":true}', undefined];
  t.deepEqual(await status('<ip-filter action="allow"><address>127.0.0.1</address></ip-filter>'), ok);
  t.deepEqual(
    await status('<ip-filter action="allow"><address-range from="127.0.0.0" to="127.0.0.9" /></ip-filter>'),
    ok,
  );
  t.deepEqual(
    await status('<ip-filter action="forbid"><address>::1</address><address>10.0.0.1</address></ip-filter>'),
    ok,
  );
  t.deepEqual(await status('<ip-filter action="allow"><address>10.0.0.1</address></ip-filter>'), [
    forbidden,
    'CallerIpNotAllowed|Caller IP address 127.0.0.1 is not allowed. Access denied.',
  ]);
  t.deepEqual(
    await status('<ip-filter action="forbid"><address-range from="127.0.0.0" to="127.0.0.9" /></ip-filter>'),
    [forbidden, 'CallerIpBlocked|Caller IP address is blocked. Access denied.'],
  );
});

test('validate-content refuses bodies that are too large, or notes them', async (t) => {
  const backend = await startBackend(t, ({ body }, response) => response.end(body));
  const validate = (action: string) =>
    `<validate-content unspecified-content-type-action="ignore" max-size="10" size-exceeded-action="${action}" errors-variable-name="errors" />`;
  const body = Buffer.alloc(11, 'x');
  const preventing = await runPolicy(t, backend, { inbound: validate('prevent') });
  t.is((await preventing.call('/test', { method: 'POST', body: 'x'.repeat(10) })).text, 'x'.repeat(10));
  for (const headers of [{ 'Content-Length': 11 }, { 'Transfer-Encoding': 'chunked' }]) {
    t.like(await preventing.call('/test', { method: 'POST', headers, body }), {
      status: 400,
      text: `{ "statusCode": 400, "message": "Request's body is 11 bytes long and it exceeds the limit of 10 bytes." }`,
    });
  }
  t.is(backend.received.length, 1);
  const detecting = await runPolicy(t, backend, {
    inbound: validate('detect'),
    outbound:
      '<set-header name="found"><value>@(context.Variables.ContainsKey("errors").ToString())</value></set-header>',
  });
  t.like(await detecting.call('/test', { method: 'POST', body }), {
    text: body.toString(),
    headers: { found: 'True' },
  });
  const outbound = await runPolicy(t, backend, { outbound: validate('prevent') });
  t.like(await outbound.call('/test', { method: 'POST', body }), {
    status: 400,
    text: `{ "statusCode": 400, "message": "Response's body is 11 bytes long and it exceeds the limit of 10 bytes." }`,
  });
});
