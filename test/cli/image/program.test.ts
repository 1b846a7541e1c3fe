import test from 'ava';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { buildServer } from '../../../cli/image/bundle.ts';
import { api } from '../../support/server.ts';

const directory = await mkdtemp(join(tmpdir(), 'penstock-server-'));
test.after.always(() => rm(directory, { recursive: true, force: true }));
const packages = buildServer(directory);

/** The bundle, started as the image does, far from the sources. */
async function start(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<ChildProcess> {
  await packages;
  return spawn(process.execPath, [join(directory, 'app/bin/penstock.js'), ...args], {
    cwd: '/',
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('the bundle serves with the options of its variables, those that are given win, and it ends with 0', async (t) => {
  const variables = { PENSTOCK_PORT: '0', PENSTOCK_ADMIN_PORT: '0', PENSTOCK_WORKERS: '7', PENSTOCK_JSON: 'true' };
  const child = await start(['serve', api('wire'), '--workers', '1'], variables);
  t.teardown(() => child.kill('SIGKILL'));
  let workers: number | undefined;
  for await (const line of createInterface({ input: child.stdout! })) {
    const event = JSON.parse(line) as { msg: string; workers?: number; url?: string };
    if (event.msg === 'API loaded') workers = event.workers;
    if (event.msg !== 'serving') continue;
    t.not(new URL(event.url!).port, '8000');
    break;
  }
  t.is(workers, 1);
  child.kill('SIGTERM');
  t.deepEqual(await once(child, 'exit'), [0, null]);
});

test('with nothing to serve it says what is expected', async (t) => {
  const child = await start([], {});
  const closed = once(child, 'close');
  t.regex(await text(child.stderr!), /nothing to serve: .*PENSTOCK_STORE and PENSTOCK_CHANNEL/);
  t.deepEqual(await closed, [1, null]);
});

test('the bundle is the same wherever it is built, and holds no package of the tests', async (t) => {
  const other = await mkdtemp(join(tmpdir(), 'penstock-server-elsewhere-'));
  t.teardown(() => rm(other, { recursive: true, force: true }));
  t.deepEqual(await buildServer(other), await packages);
  const files = async (root: string) => (await readdir(root, { recursive: true })).sort();
  t.deepEqual(await files(other), await files(directory));
  const names = (await packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  t.true(names.includes('pino'));
  t.false(names.includes('ava'));
});
