import test from 'ava';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { api, isAlive, serve, until, working } from '../../support/server.ts';

/** The parent of a process. */
function parentOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
}

test('a worker that dies with a request costs that one a 502, and the next succeeds; nothing of it is logged', async (t) => {
  const server = await serve(t, api('faults'));
  const headers = { 'Ocp-Apim-Subscription-Key': 'secret', Authorization: 'Bearer secret', 'X-Own': 'secret' };
  const died = await server.get('/crash?of=secret', { method: 'POST', headers, body: '{"of":"secret"}' });
  t.is(died.status, 502);
  t.deepEqual(died.json(), { error: 'R worker failed', detail: 'The R process ended before it had answered.' });
  t.is((await server.get('/pid')).status, 200);
  t.is(await server.metric('penstock_worker_restarts_total{reason="died"}'), 1);
  t.true(server.log.some(({ msg }) => msg === 'refused'));
  t.notRegex(JSON.stringify(server.log), /secret/);
});

test('a worker killed from outside while it works costs its request alone', async (t) => {
  const server = await serve(t, api('faults'), { workers: 2 });
  await until(async () => (await server.status()).workers.length === 2);
  const one = await working(t, server);
  const { pid } = (await server.status()).workers.find(({ state }) => state === 'busy')!;
  const other = await working(t, server);
  process.kill(pid, 'SIGKILL');
  t.is((await one.answer).status, 502);
  t.is((await other.finish()).status, 200);
  await until(async () => (await server.status()).workers.length === 2);
});

test('an idle worker that is killed is noticed and replaced without a request, whatever it has started', async (t) => {
  const server = await serve(t, api('faults'));
  const { pid } = (await server.status()).workers[0]!;
  t.is((await server.get('/outlived')).text, `[${pid}]`);
  process.kill(pid, 'SIGKILL');
  const next = await until(async () => (await server.status()).workers.find((worker) => worker.pid !== pid));
  t.is((await server.get('/pid')).text, `[${next.pid}]`);
});

test('when no worker lives and none lasts, requests are refused instead of waiting, until one does', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const doom = join(directory, 'doom');
  const server = await serve(t, api('doomed'), { env: { ...process.env, TEST_DOOM_FILE: doom } });
  await writeFile(doom, '');
  process.kill((await server.status()).workers[0]!.pid, 'SIGKILL');
  await until(async () => (await server.status()).workers.length === 0);
  const refused = await server.get('/alive');
  t.is(refused.status, 503);
  t.deepEqual(refused.json(), { error: 'Service not ready', detail: 'No R worker is running.' });
  t.regex(refused.all('retry-after').join(), /^[1-9]\d*$/);
  await rm(doom);
  await until(async () => (await server.get('/alive')).status === 200);
});

test('when the R host is killed its workers end, and a new host takes over', async (t) => {
  const server = await serve(t, api('faults'), { workers: 2 });
  const before = (await server.status()).workers.map(({ pid }) => pid);
  const host = parentOf(before[0]!);
  process.kill(host, 'SIGKILL');
  await until(async () => {
    const now = (await server.status()).workers.map(({ pid }) => pid);
    return now.length === 2 && now.every((pid) => !before.includes(pid));
  });
  for (const pid of [host, ...before]) t.false(isAlive(pid));
  t.is((await server.get('/pid')).status, 200);
});

test('ended workers leave no zombie in the host', async (t) => {
  const server = await serve(t, api('faults'));
  const host = parentOf((await server.status()).workers[0]!.pid);
  for (let i = 0; i < 5; i++) await server.get('/crash');
  await server.get('/pid');
  const children = execFileSync('ps', ['-o', 'stat=', '--ppid', String(host)], { encoding: 'utf8' });
  t.is(children.trim().split('\n').length, 1);
});

test('a worker over limits.workerMemory is replaced between two requests', async (t) => {
  const server = await serve(t, api('faults'), { limits: { workerMemory: 400 * 1024 * 1024 } });
  const before = (await server.get('/hoard?megabytes=500')).text;
  await until(async () => (await server.metric('penstock_worker_restarts_total{reason="memory"}')) === 1);
  t.not((await server.get('/pid')).text, before);
  await until(async () => (await server.status()).workers.length === 1);
  t.is((await server.get('/temporary')).text, '["kept"]', 'the one that ended has left what is shared alone');
});

test('what R prints goes to the log, tagged with its worker, and cannot disturb the protocol', async (t) => {
  const server = await serve(t, api('faults'));
  t.is((await server.get('/print?text=hello')).text, '["printed"]');
  const lines = () => server.log.filter(({ worker }) => worker === 'worker-1').map(({ msg }) => msg);
  await until(() => lines().includes('from a child process'));
  t.true(lines().includes('hello'));
  t.true(lines().includes('ready\tworker-1\t1'));
  t.true(lines().includes('to stderr'));
  t.true(lines().some((line) => line?.includes('at once')));
  t.true(server.log.some(({ worker, msg }) => worker === 'host' && msg === 'loading'));
  t.true(server.log.some(({ worker, msg }) => worker === 'host' && msg?.includes('while loading')));
  t.is((await server.get('/pid')).status, 200);
});

test('the most recently used worker is picked, and every worker is used under load', async (t) => {
  const server = await serve(t, api('faults'), { workers: 3 });
  await until(async () => (await server.status()).workers.length === 3);
  const alone = new Set<string>();
  for (let i = 0; i < 5; i++) alone.add((await server.get('/pid')).text);
  t.is(alone.size, 1);
  const work = [await working(t, server), await working(t, server), await working(t, server)];
  const together = await Promise.all(work.map(({ finish }) => finish()));
  t.is(new Set(together.map(({ text }) => text)).size, 3);
});

test('workers draw different random numbers', async (t) => {
  const server = await serve(t, api('seeded'), { workers: 2 });
  await until(async () => (await server.status()).workers.length === 2);
  const draws = await Promise.all(Array.from({ length: 4 }, () => server.get('/draw')));
  t.is(new Set(draws.map(({ text }) => text)).size, 4);
});

test('one worker alone draws what bare Plumber would', async (t) => {
  const server = await serve(t, api('seeded'));
  const expected = execFileSync('Rscript', [
    '-e',
    'set.seed(1); cat(jsonlite::toJSON(runif(1), digits = 4))',
  ]).toString();
  t.is((await server.get('/draw')).text, expected);
});

test('requests that wait in one worker overlap when concurrency allows it', async (t) => {
  const server = await serve(t, api('promises'), { definition: { concurrency: 3 } });
  const answers = await Promise.all([1, 2, 3].map(() => server.get('/together?together=3')));
  t.deepEqual(
    answers.map(({ text }) => text),
    ['[3]', '[3]', '[3]'],
  );
});

test('startup: spawn gives each worker an R process of its own', async (t) => {
  const server = await serve(t, api('faults'), { definition: { startup: 'spawn' }, workers: 2 });
  const workers = await until(async () => {
    const { workers } = await server.status();
    return workers.length === 2 && workers;
  });
  for (const { pid } of workers) t.is(parentOf(pid), process.pid);
  t.is((await server.get('/crash')).status, 502);
  t.is((await server.get('/pid')).status, 200);
  await until(async () => (await server.status()).workers.length === 2);
});

test('an API that opens a connection while it loads is loaded by each worker: none reads another’s answers', async (t) => {
  const waiting: (() => void)[] = [];
  const other = createServer((socket) => {
    createInterface(socket).on('line', (line) => {
      waiting.push(() => socket.write(`${line}, from ${socket.remotePort}\n`));
      // Only when both have asked: over one connection, whoever reads first would get both answers.
      if (waiting.length === 2) for (const answer of waiting.splice(0)) answer();
    });
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const env = { ...process.env, OTHER_PORT: String((other.address() as AddressInfo).port) };

  const server = await serve(t, api('connected'), { workers: 2, env });
  await until(async () => (await server.status()).workers.length === 2);
  const answers = await Promise.all(['one', 'two'].map(async (text) => (await server.get(`/ask?text=${text}`)).text));
  const [, one, two] = /^\["one, from (\d+)"\] \["two, from (\d+)"\]$/.exec(answers.join(' ')) ?? [];
  t.truthy(one, answers.join(' '));
  t.not(one, two);
  t.true(server.log.some(({ level, msg }) => level === 40 && msg?.includes('each worker loads it for itself')));
});
