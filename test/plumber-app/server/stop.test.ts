import test, { type ExecutionContext } from 'ava';
import { connect } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { api, call, isAlive, serve, until, working } from '../../support/server.ts';

/** Where the exit hooks of the API `faults` write their process ids. */
async function exitFile(t: ExecutionContext): Promise<{ env: NodeJS.ProcessEnv; pids: () => Promise<number[]> }> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const file = join(directory, 'exited');
  const pids = async () => (await readFile(file, 'utf8')).trim().split(/\s+/).map(Number);
  return { env: { ...process.env, TEST_EXIT_FILE: file }, pids };
}

test('a graceful stop answers what is in flight and what waits, then runs the exit hooks', async (t) => {
  const exited = await exitFile(t);
  const server = await serve(t, api('faults'), { env: exited.env });
  const { pid } = (await server.status()).workers[0]!;
  const first = await working(t, server);
  const waiting = [server.get('/pid'), server.get('/pid')];
  await until(async () => (await server.status()).queue.depth === 2);

  const closing = server.server.close();
  t.is((await server.admin('/ready')).status, 503);
  t.is((await server.admin('/live')).status, 200);
  await t.throwsAsync(call(server.port, '/pid'), { code: 'ECONNREFUSED' });
  t.true(isAlive(pid));
  const answers = await Promise.all([first.finish(), ...waiting]);
  for (const { status, all } of answers) {
    t.is(status, 200);
    t.deepEqual(all('connection'), ['close']);
  }
  await closing;
  t.deepEqual(await exited.pids(), [pid]);
  t.false(isAlive(pid));
  await t.throwsAsync(server.admin('/live'), { code: 'ECONNREFUSED' });
});

test('every worker runs the exit hooks, spawned ones too', async (t) => {
  for (const startup of ['fork', 'spawn'] as const) {
    const exited = await exitFile(t);
    const server = await serve(t, api('faults'), { env: exited.env, workers: 2, definition: { startup } });
    const pids = await until(async () => {
      const { workers } = await server.status();
      return workers.length === 2 && workers.map(({ pid }) => pid);
    });
    await server.server.close();
    t.deepEqual((await exited.pids()).sort(), pids.sort(), startup);
  }
});

test('an idle keep-alive connection does not hold up the stop', async (t) => {
  const server = await serve(t, api('faults'));
  const silent = connect(server.port, '127.0.0.1');
  const kept = connect(server.port, '127.0.0.1');
  kept.write('GET /pid HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(kept, 'data');
  await server.server.close();
  silent.destroy();
  kept.destroy();
  t.pass();
});

test('killing ends everything at once', async (t) => {
  const server = await serve(t, api('faults'));
  const { pid } = (await server.status()).workers[0]!;
  const stuck = server.get('/loop');
  stuck.catch(() => undefined);
  await until(async () => (await server.metric('penstock_workers{state="busy"}')) === 1);
  const closing = server.server.close();
  await server.server.kill();
  await t.throwsAsync(stuck);
  await closing;
  t.false(isAlive(pid));
});

test('another release takes over without a lost request', async (t) => {
  const server = await serve(t, api('faults'), { release: 'one@000000000001', workers: 2 });
  await until(async () => (await server.status()).workers.length === 2);
  const old = await working(t, server);
  const before = await server.status();
  const replacing = server.server.replace({
    directory: api('faults'),
    definition: server.definition,
    release: 'two@000000000002',
  });
  const answers = [];
  while (server.server.release === 'one@000000000001') answers.push(await server.get('/error'));
  for (const { status } of answers) t.is(status, 500);
  t.is((await server.get('/pid')).all('x-penstock-release')[0], 'two@000000000002');
  t.is((await old.finish()).all('x-penstock-release')[0], 'one@000000000001');
  await replacing;
  t.false(isAlive(before.workers[0]!.pid));
  t.is((await server.get('/pid')).status, 200);
});
