import test, { type ExecutionContext } from 'ava';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { api, call, until } from '../../support/server.ts';

const main = join(import.meta.dirname, '../../../cli/main.ts');

interface Running {
  readonly child: ChildProcess;
  /** Everything that it starts or writes is named after this directory. */
  readonly directory: string;
  readonly lines: AsyncIterator<{ msg?: string; url?: string }>;
}

/** `penstock serve` in a process of its own. */
async function start(t: ExecutionContext, name: string, env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const directory = await mkdtemp(join(tmpdir(), 'pt-'));
  const args = [main, 'serve', api(name), '--port', '0', '--admin-port', '0', '--workers', '2', '--json'];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: directory, ...env },
  });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await until(() => survivors(directory).length === 0);
    await rm(directory, { recursive: true, force: true });
  });
  async function* parsed() {
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as { msg?: string };
  }
  return { child, directory, lines: parsed() };
}

async function portOf({ lines }: Running): Promise<number> {
  for (;;) {
    const { value } = (await lines.next()) as { value: { msg?: string; url?: string } };
    if (value.msg === 'serving') return Number(new URL(value.url as string).port);
  }
}

/** The processes with that directory in their arguments or their environment: server, watchdog, R host, workers. */
function survivors(directory: string): string[] {
  const all = execFileSync('ps', ['axeww', '-o', 'stat=,pid=,args='], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(directory) && !line.startsWith('Z'));
}

async function nothingIsLeft(t: ExecutionContext, { directory }: Running): Promise<void> {
  await until(() => survivors(directory).length === 0);
  await until(async () => (await readdir(directory)).length === 0);
  t.pass();
}

test('kill -9 of the server leaves no process and no file, even with a worker in an endless loop', async (t) => {
  const running = await start(t, 'faults');
  const port = await portOf(running);
  const stuck = call(port, '/loop');
  stuck.catch(() => undefined);
  t.is((await call(port, '/pid')).status, 200);
  t.true(survivors(running.directory).length >= 4);
  running.child.kill('SIGKILL');
  await nothingIsLeft(t, running);
});

test('kill -9 of the server while R loads leaves nothing', async (t) => {
  const marks = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  t.teardown(() => rm(marks, { recursive: true }));
  const file = join(marks, 'loading');
  const running = await start(t, 'slow-load', { TEST_LOADING_FILE: file });
  await until(() => existsSync(file));
  running.child.kill('SIGKILL');
  await nothingIsLeft(t, running);
});

test('kill -9 of the server and the R host together leaves nothing', async (t) => {
  const running = await start(t, 'faults');
  await portOf(running);
  const host = survivors(running.directory).find((line) => /^\S*s\S*\s.*host\.R/.test(line));
  const pid = Number(host?.trim().split(/\s+/)[1]);
  running.child.kill('SIGSTOP');
  process.kill(pid, 'SIGKILL');
  running.child.kill('SIGKILL');
  await nothingIsLeft(t, running);
});

test('SIGTERM while R loads ends the start, SIGTERM later ends the server, both with nothing left', async (t) => {
  const marks = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  t.teardown(() => rm(marks, { recursive: true }));
  const file = join(marks, 'loading');
  const loading = await start(t, 'slow-load', { TEST_LOADING_FILE: file });
  await until(() => existsSync(file));
  loading.child.kill('SIGTERM');
  t.deepEqual(await once(loading.child, 'exit'), [0, null]);
  t.deepEqual(survivors(loading.directory), []);

  const serving = await start(t, 'faults');
  await portOf(serving);
  serving.child.kill('SIGTERM');
  t.deepEqual(await once(serving.child, 'exit'), [0, null]);
  t.deepEqual(survivors(serving.directory), []);
  t.deepEqual(await readdir(serving.directory), []);
});

test('a second signal ends a stop that would wait for ever', async (t) => {
  const running = await start(t, 'faults');
  const port = await portOf(running);
  const stuck = call(port, '/loop');
  stuck.catch(() => undefined);
  t.is((await call(port, '/pid')).status, 200);
  running.child.kill('SIGINT');
  await until(() =>
    call(port, '/pid').then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
    ),
  );
  running.child.kill('SIGINT');
  await once(running.child, 'exit');
  await nothingIsLeft(t, running);
  await t.throwsAsync(stuck);
});
