import type http from 'node:http';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { UserError } from '../../../gateway/errors.ts';
import { checkGateway } from '../../../gateway/start.ts';
import { folderWith, policies, type Received, runPolicy, startBackend } from '../../support/gateway.ts';
import { startIdentity } from '../../support/identity.ts';

test('authentication-basic replaces the caller’s Authorization', async (t) => {
  const backend = await startBackend(t);
  const { call } = await runPolicy(
    t,
    backend,
    { inbound: '<authentication-basic username="{{user}}" password="päss:word" />' },
    { namedValues: { user: 'ann' } },
  );
  await call('/test', { headers: { Authorization: 'Bearer of-the-caller' } });
  const { authorization } = backend.received[0]!.headers;
  t.is(authorization, `Basic ${Buffer.from('ann:päss:word').toString('base64')}`);
});

test('send-one-way-request answers nobody: neither a slow answer nor a failure reaches the caller', async (t) => {
  const backend = await startBackend(t);
  let arrived!: (request: Received) => void;
  const request = new Promise<Received>((resolve) => (arrived = resolve));
  // It never answers.
  const side = await startBackend(t, (received) => arrived(received));
  const { call, log } = await runPolicy(t, backend, {
    inbound: `<send-one-way-request mode="new" timeout="20"><set-url>@("${side.url}/" + 1)</set-url>
      <set-method>POST</set-method><set-body>@("about " + context.Request.Method)</set-body></send-one-way-request>
      <send-one-way-request><set-url>http://127.0.0.1:1/</set-url></send-one-way-request>`,
  });
  t.is((await call('/test')).status, 200);
  const { method, url, body } = await request;
  t.deepEqual([method, url, body.toString()], ['POST', '/1', 'about GET']);
  t.true(log.every(({ level }) => level !== 'error'));
});

test('send-request needs no variable for its answer', async (t) => {
  const [backend, side] = [await startBackend(t), await startBackend(t)];
  const { call } = await runPolicy(t, backend, {
    inbound: `<send-request mode="new"><set-url>${side.url}/x</set-url></send-request>`,
  });
  t.is((await call('/test')).status, 200);
  t.is(side.received.length, 1);
});

test('wait runs its children at the same time and goes on when all are done', async (t) => {
  const backend = await startBackend(t);
  // Neither gets its answer before both have asked.
  const open: http.ServerResponse[] = [];
  const side = await startBackend(t, ({ url, body }, response) => {
    open.push(response);
    response.writeHead(200, { of: `${url}${body.toString()}` });
    if (open.length === 2) for (const each of open) each.end();
  });
  const { call } = await runPolicy(t, backend, {
    inbound: `<wait for="all">
        <send-request mode="copy" response-variable-name="a"><set-url>${side.url}/a</set-url></send-request>
        <choose><when condition="@(true)"><send-request mode="copy" response-variable-name="b"><set-url>${side.url}/b</set-url></send-request></when></choose>
        <cache-lookup-value key="none" variable-name="c" default-value="d" />
      </wait>
      <set-header name="both"><value>@(string.Join(" ", new[] { "a", "b" }.Select(v => ((IResponse)context.Variables[v]).Headers.GetValueOrDefault("of"))) + context.Variables["c"])</value></set-header>`,
  });
  await call('/test', { method: 'POST', body: '!' });
  t.is(backend.received[0]!.headers.both, '/a! /b!d');
  t.is(backend.received[0]!.body.toString(), '!');
});

test('a child of wait that fails fails the call, once the others are done', async (t) => {
  const [backend, side] = [await startBackend(t), await startBackend(t)];
  const { call } = await runPolicy(t, backend, {
    inbound: `<wait for="all"><send-request response-variable-name="a"><set-url>http://127.0.0.1:1/</set-url></send-request>
      <send-request response-variable-name="b"><set-url>${side.url}/b</set-url></send-request></wait>`,
    'on-error': `<set-header name="e"><value>@(context.LastError.Source + " " + context.LastError.Reason + " " + context.Variables.ContainsKey("b"))</value></set-header>`,
  });
  t.like(await call('/test'), { status: 500, headers: { e: 'send-request BackendConnectionFailure True' } });
});

test('find-and-replace changes every place, compressed or not, and leaves other bodies as they came', async (t) => {
  const bytes = Buffer.from([0xff, 0x61, 0x62, 0x00, 0x61, 0x62, 0xfe]);
  const backend = await startBackend(t, ({ url, body }, response) => {
    if (url === '/gzip') response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('crab'));
    else response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(body.length > 0 ? body : bytes);
  });
  const { call } = await runPolicy(t, backend, {
    inbound: '<find-and-replace from="@(context.Request.Method)" to="" />',
    outbound: '<find-and-replace from="ab" to="@("€")" />',
  });
  const changed = Buffer.concat([Buffer.from([0xff]), Buffer.from('€\0€'), Buffer.from([0xfe])]);
  t.deepEqual((await call('/test')).body, changed);
  t.is((await call('/test', { method: 'POST', body: 'POST no POST' })).text, ' no ');
  t.like(await call('/test/gzip'), { text: 'cr€', headers: { 'content-encoding': undefined } });
});

const secured = `<authentication-managed-identity resource="https://storage.azure.com/" />`;

test('the gateway shows a token of its own identity, fetched once until it expires', async (t) => {
  const backend = await startBackend(t);
  const identity = await startIdentity();
  t.teardown(() => identity.stop());
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header } = identity.environment;
  const { call, clock } = await runPolicy(
    t,
    backend,
    {
      inbound: `${secured}<authentication-managed-identity resource="fixed" output-token-variable-name="token" client-id="c" />
        <authentication-managed-identity resource="x" client-id="me" output-token-variable-name="own" />
        <set-header name="fixed"><value>@((string)context.Variables["token"])</value></set-header>
        <set-header name="audience"><value>@(context.Request.Headers["Authorization"][0].Split(' ')[1].AsJwt().Audiences.First())</value></set-header>
        <send-request response-variable-name="r"><set-url>${backend.url}/side</set-url><authentication-managed-identity resource="fixed/" /></send-request>`,
    },
    { managedIdentity: { endpoint, header, tokens: { fixed: 'as-it-is' } } },
  );
  await call('/test');
  await call('/test');
  const [side, forwarded] = backend.received;
  t.is(side!.headers.authorization, 'Bearer as-it-is');
  t.like(forwarded!.headers, { fixed: 'as-it-is', audience: 'https://storage.azure.com/' });
  t.deepEqual(identity.asked, [
    { resource: 'https://storage.azure.com/', clientId: null },
    { resource: 'x', clientId: 'me' },
  ]);
  clock.advance(400 * 86_400_000);
  await call('/test');
  t.is(identity.asked.length, 4);
});

test('without a token the call fails, unless the policy says to go on', async (t) => {
  const backend = await startBackend(t);
  const more = { managedIdentity: { endpoint: 'http://127.0.0.1:1/token' } };
  const strict = await runPolicy(
    t,
    backend,
    { inbound: secured, 'on-error': '<set-header name="e"><value>@(context.LastError.Reason)</value></set-header>' },
    more,
  );
  t.like(await strict.call('/test'), { status: 500, headers: { e: 'ManagedIdentityTokenFailure' } });
  const lenient = await runPolicy(t, backend, { inbound: secured.replace('/>', 'ignore-error="true" />') }, more);
  t.is((await lenient.call('/test')).status, 200);
  t.is(backend.received[0]!.headers.authorization, undefined);
});

test('what these policies can’t do is refused at start', async (t) => {
  const directory = await folderWith(t, {
    'api.xml': policies({
      inbound: `${secured}
        <wait for="any"><set-header name="a"><value>b</value></set-header></wait>
        <find-and-replace from="" to="x" />
        <send-one-way-request mode="new" />`,
      outbound: '<authentication-basic username="a" />',
    }),
  });
  const error = await t.throwsAsync(
    checkGateway({ apis: [{ id: 'a', path: 'a', policy: 'api.xml', operations: [] }] }, { directory }),
    {
      instanceOf: UserError,
    },
  );
  t.deepEqual(error.message.split('\n'), [
    'api.xml:1: authentication-managed-identity: the gateway has no identity: its YAML file needs managedIdentity',
    'api.xml:2: wait: for="any" is not executed by this gateway',
    'api.xml:2: wait: set-header is not allowed in it',
    'api.xml:3: find-and-replace: from is empty',
    'api.xml:4: send-one-way-request: the element set-url is missing',
    'api.xml:4: authentication-basic is not allowed in outbound',
    'api.xml:4: authentication-basic: the attribute password is missing',
  ]);
});
