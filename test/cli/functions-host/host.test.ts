import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import {
  startFunctionsHost,
  type FunctionsHost,
  type FunctionsHostOptions,
} from '../../../cli/functions-host/start.ts';
import { startStandIn, writeApp } from '../../support/functions.ts';

type Line = { level: number; msg: string; function?: string; invocation?: string };

async function start(
  t: ExecutionContext,
  code: string,
  options: Partial<FunctionsHostOptions> & { host?: object } = {},
): Promise<FunctionsHost & { lines: Line[] }> {
  const appDir = await writeApp(code, options.host);
  t.teardown(() => rm(appDir, { recursive: true, force: true }));
  const lines: Line[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  const host = await startFunctionsHost({ appDir, settings: {}, logger, ...options });
  t.teardown(() => host.close(0));
  return { ...host, lines };
}

const daily = `'0 0 3 * * *'`;

test('a timer function is invoked with a timer, and its outcome holds result, log and time', async (t) => {
  const host = await start(
    t,
    `app.timer('f', { schedule: ${daily}, handler: (timer, context) => {
    context.log('hello', { a: 1 }); context.warn('careful'); return { next: timer.scheduleStatus.next, trace: context.traceContext.traceParent };
  } });`,
  );
  const outcome = await host.invoke('f');
  t.like(outcome, { function: 'f', ok: true });
  t.deepEqual(outcome.logs, [
    { level: 'information', message: 'hello { a: 1 }' },
    { level: 'warning', message: 'careful' },
  ]);
  const { next, trace } = outcome.result as { next: string; trace: string };
  t.regex(next, /^\d{4}-\d\d-\d\dT03:00:00\.000Z$/);
  t.regex(trace, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  const logged = host.lines.find(({ msg }) => msg === 'careful');
  t.like(logged, { level: 40, function: 'f', invocation: outcome.invocationId });
});

test('a function that throws has an outcome with its message', async (t) => {
  const host = await start(
    t,
    `app.timer('f', { schedule: ${daily}, handler: () => { throw new Error('no luck'); } });`,
  );
  t.like(await host.invoke('f'), { ok: false, error: 'no luck' });
  t.true(host.lines.some(({ msg, level }) => msg === 'failed: no luck' && level === 50));
});

test('hooks run around an invocation, and can replace its inputs', async (t) => {
  const host = await start(
    t,
    `
    app.hook.appStart((context) => { context.hookData; });
    app.hook.preInvocation((context) => { context.hookData.seen = 'before'; context.inputs = ['replaced']; });
    app.hook.postInvocation((context) => { context.result = [context.hookData.seen, context.result]; });
    app.timer('f', { schedule: ${daily}, handler: (timer) => timer });`,
  );
  t.deepEqual((await host.invoke('f')).result, ['before', 'replaced']);
});

test('the app sees its settings and nothing of ours', async (t) => {
  process.env.PENSTOCK_TEST_SECRET = 'ours';
  t.teardown(() => delete process.env.PENSTOCK_TEST_SECRET);
  const host = await start(t, `app.timer('f', { schedule: ${daily}, handler: () => Object.keys(process.env) });`, {
    settings: { MINE: '1', FUNCTIONS_MASTER_KEY: 'm', FUNCTIONS_KEY: 'f' },
  });
  const names = (await host.invoke('f')).result as string[];
  t.true(names.includes('MINE'));
  t.deepEqual(
    names.filter((name) => /KEY|SECRET|npm|AVA|NODE_/i.test(name)),
    [],
  );
  t.deepEqual(host.keys, { master: 'm', function: 'f' });
});

const echo = `app.http('echo', { methods: ['GET', 'POST'], authLevel: 'anonymous', route: 'echo/{name?}', handler: async (request) => ({
  status: 201, headers: { 'x-name': request.params.name ?? 'none' }, cookies: [{ name: 'c', value: '1', path: '/' }],
  jsonBody: { q: request.query.get('q'), body: await request.text(), header: request.headers.get('x-mine') },
}) });`;

test('an HTTP function answers below /api with what it returned', async (t) => {
  const { url } = await start(t, echo);
  const answer = await fetch(`${url}/api/echo/a%20b?q=1`, {
    method: 'POST',
    body: 'hello',
    headers: { 'x-mine': 'yes' },
  });
  t.is(answer.status, 201);
  t.is(answer.headers.get('x-name'), 'a b');
  t.is(answer.headers.get('set-cookie'), 'c=1; Path=/');
  t.deepEqual(await answer.json(), { q: '1', body: 'hello', header: 'yes' });
  t.is((await fetch(`${url}/api/echo`)).headers.get('x-name'), 'none');
  t.is((await fetch(`${url}/api/echo`, { method: 'DELETE' })).status, 404);
  t.is((await fetch(`${url}/elsewhere`)).status, 404);
});

test('an HTTP function that throws is a 500, one that returns nothing a 204', async (t) => {
  const { url } = await start(
    t,
    `
    app.http('bad', { authLevel: 'anonymous', handler: () => { throw new Error('secret detail'); } });
    app.http('empty', { authLevel: 'anonymous', handler: () => undefined });`,
  );
  const bad = await fetch(`${url}/api/bad`);
  t.is(bad.status, 500);
  t.is(await bad.text(), '');
  t.is((await fetch(`${url}/api/empty`)).status, 204);
});

test('keys open what their level says', async (t) => {
  const { url } = await start(
    t,
    `for (const authLevel of ['anonymous', 'function', 'admin'])
    app.http(authLevel, { authLevel, handler: () => ({ body: 'in' }) });`,
    {
      settings: { FUNCTIONS_MASTER_KEY: 'master', FUNCTIONS_KEY: 'function' },
    },
  );
  const status = async (name: string, key?: string) =>
    (await fetch(`${url}/api/${name}`, key === undefined ? {} : { headers: { 'x-functions-key': key } })).status;
  t.deepEqual(await Promise.all([status('anonymous'), status('function'), status('admin')]), [200, 401, 401]);
  t.deepEqual(
    await Promise.all([status('function', 'wrong'), status('function', 'function'), status('admin', 'function')]),
    [401, 200, 401],
  );
  t.deepEqual(await Promise.all([status('function', 'master'), status('admin', 'master')]), [200, 200]);
  t.is((await fetch(`${url}/api/function?code=function`)).status, 200);
});

test('the admin API lists and runs functions for who has the master key', async (t) => {
  const { url, keys } = await start(
    t,
    `
    app.timer('good', { schedule: '%WHEN%', handler: () => 'done' });
    app.timer('bad', { schedule: '%WHEN%', handler: () => { throw new Error('no'); } });
    ${echo}`,
    { settings: { WHEN: '0 0 3 * * *' } },
  );
  const headers = { 'x-functions-key': keys.master };
  const post = (name: string) =>
    fetch(`${url}/admin/functions/${name}`, { method: 'POST', headers, body: '{"input": ""}' });
  t.is((await fetch(`${url}/admin/functions`)).status, 401);
  t.is((await fetch(`${url}/admin/functions`, { headers: { 'x-functions-key': keys.function } })).status, 401);
  const list = (await (await fetch(`${url}/admin/functions`, { headers })).json()) as { name: string }[];
  t.deepEqual(
    list.map(({ name }) => name),
    ['good', 'bad', 'echo'],
  );
  t.true(JSON.stringify(list).includes('0 0 3 * * *'));
  const good = await post('good');
  t.is(good.status, 200);
  t.like(await good.json(), { ok: true, result: 'done' });
  const bad = await post('bad');
  t.is(bad.status, 500);
  t.like(await bad.json(), { ok: false, error: 'no' });
  t.is((await post('absent')).status, 404);
  t.is((await post('echo')).status, 404);
});

const refused: Record<string, { code: string; message: RegExp; settings?: Record<string, string> }> = {
  'an app that throws': { code: `throw new Error('half way')`, message: /does not load: half way/ },
  'an app with a syntax error': { code: `this is not JavaScript`, message: /does not load: / },
  'an app that ends': { code: `process.exit(3)`, message: /does not load: the functions app ended \(code 3\)/ },
  'an app without functions': { code: ``, message: /registers no function/ },
  'two functions of one name': {
    code: `for (const _ of [1, 2]) app.timer('f', { schedule: ${daily}, handler: () => {} })`,
    message: /"f" has already been registered/,
  },
  'a setting that is missing': {
    code: `app.timer('f', { schedule: '%WHEN%', handler: () => {} })`,
    message: /^function f: schedule is "%WHEN%", but the app setting WHEN is missing$/,
  },
  'a schedule that Azure refuses': {
    code: `app.timer('f', { schedule: '%WHEN%', handler: () => {} })`,
    settings: { WHEN: '0 0 9 * * 7' },
    message: /^function f: the schedule "0 0 9 \* \* 7" is not an NCRONTAB expression: day of week "7"/,
  },
  'a connection that is missing': {
    code: `app.storageQueue('f', { queueName: 'q', connection: 'Jobs', handler: () => {} })`,
    message: /^function f: the app setting Jobs is missing/,
  },
  'a trigger that is not simulated': {
    code: `app.storageBlob('f', { path: 'c/{n}', connection: 'Jobs', handler: () => {} })`,
    message: /^function f: the local host does not know blobTrigger bindings$/,
  },
  'HTTP streaming, which listens on all interfaces': {
    code: `app.setup({ enableHttpStream: true })`,
    message: /HTTP streaming requires/,
  },
};

for (const [what, { code, message, settings = {} }] of Object.entries(refused)) {
  test(`${what} is refused at start`, async (t) => {
    await t.throwsAsync(start(t, code, { settings }), { name: 'UserError', message });
  });
}

test('a port in use is refused by number', async (t) => {
  const other = await startStandIn(() => ({}));
  t.teardown(() => other.stop());
  const port = Number(new URL(other.url).port);
  await t.throwsAsync(start(t, echo, { port }), { name: 'UserError', message: `port ${port} is in use` });
});

test('a clean stop lets what runs finish and takes nothing new', async (t) => {
  const gate = await startStandIn(() => open);
  let release = () => {};
  const open = new Promise<object>((resolve) => (release = () => resolve({ body: 'go' })));
  t.teardown(() => gate.stop());
  const host = await start(
    t,
    `
    app.timer('f', { schedule: ${daily}, handler: async (_, context) => { context.log('waiting'); return (await fetch('${gate.url}')).text(); } });
    ${echo}`,
  );
  const running = host.invoke('f');
  while (gate.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = host.close();
  await t.throwsAsync(fetch(`${host.url}/api/echo`));
  release();
  t.like(await running, { ok: true, result: 'go' });
  await closed;
  t.like(await host.invoke('f'), { ok: false });
});

test('what does not finish within the grace is cut off, and says so', async (t) => {
  const host = await start(t, `app.timer('f', { schedule: ${daily}, handler: () => new Promise(() => {}) });`);
  const running = host.invoke('f');
  await host.close(0);
  const { ok, error } = await running;
  t.false(ok);
  t.regex(String(error), /^the functions app ended/);
});

test('an app that ends by itself is told, and fails what was running', async (t) => {
  const host = await start(t, `app.timer('f', { schedule: ${daily}, handler: () => process.exit(7) });`);
  t.like(await host.invoke('f'), { ok: false, error: 'the functions app ended (code 7)' });
  t.is(await host.ended, 'the functions app ended (code 7)');
});

test('kill -9 of the host leaves no process behind', async (t) => {
  const listener = createServer().listen(0, '127.0.0.1');
  t.teardown(() => listener.close());
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const appDir = await writeApp(`
    const { connect } = await import('node:net');
    connect(${port}, '127.0.0.1').on('error', () => {});
    app.timer('f', { schedule: ${daily}, handler: () => {} });`);
  t.teardown(() => rm(appDir, { recursive: true, force: true }));
  const connected = once(listener, 'connection') as Promise<[Socket]>;
  const host = fork(new URL('host-process.ts', import.meta.url), [appDir], { execArgv: [], silent: true });
  await once(host, 'message');
  const [socket] = await connected;
  const gone = once(socket.on('error', () => undefined).resume(), 'close');
  host.kill('SIGKILL');
  // The app's process holds the other end, so that it closes when the process is gone.
  await gone;
  t.pass();
});
