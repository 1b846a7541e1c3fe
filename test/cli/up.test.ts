import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { penstock } from '../support/penstock.ts';
import { descendants, isAlive, startUp } from '../support/stack.ts';

async function allGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function temporary(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-service-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}

test('Ctrl-C ends the stack with 0 and leaves no process', async (t) => {
  const directory = await temporary({ 'plumber.R': '#* @get /hello\nfunction() "hello"\n' });
  const stack = await startUp(['--service', directory]);
  const family = await descendants(stack.process.pid!);
  t.true(family.some(({ command }) => command.includes('host.R')));
  const { code, stderr } = await stack.stop('SIGINT');
  t.is(code, 0, stderr);
  await t.notThrowsAsync(allGone(family.map(({ pid }) => pid)));
  await rm(directory, { recursive: true });
});

test('kill -9 of the stack leaves no process either', async (t) => {
  const directory = await temporary({ 'plumber.R': '#* @get /hello\nfunction() "hello"\n' });
  const stack = await startUp(['--service', directory]);
  const family = await descendants(stack.process.pid!);
  await stack.stop('SIGKILL');
  await t.notThrowsAsync(allGone(family.map(({ pid }) => pid)));
  await rm(directory, { recursive: true });
});

test('a part that ends stops all, and its last words are shown', async (t) => {
  const directory = await temporary({ 'plumber.R': '#* @get /hello\nfunction() "hello"\n' });
  const stack = await startUp(['--service', directory]);
  const family = await descendants(stack.process.pid!);
  process.kill(family.find(({ command }) => command.includes('parts/server.ts'))!.pid, 'SIGKILL');
  const { code, stderr } = await stack.stopped();
  t.is(code, 1);
  t.regex(stderr, /^\{"error":"the scoring server of .* ended \(SIGKILL\)\\n {2}.*API loaded/);
  await t.notThrowsAsync(allGone(family.map(({ pid }) => pid)));
  await rm(directory, { recursive: true });
});

test('--once calls a Plumber directory without a service.yaml, warms it and exits with 0', async (t) => {
  const directory = await temporary({ 'plumber.R': '#* @get /hello\nfunction() "hello"\n' });
  const state = await mkdtemp(join(tmpdir(), 'penstock-once-'));
  const { code, stdout, stderr } = await penstock(['up', '--once', '--json', '--state', state, '--service', directory]);
  t.is(code, 0, stderr);
  const result = JSON.parse(stdout) as {
    calls: { status: number; body: string; url: string }[];
    functions: { ok: boolean }[];
  };
  t.like(result.calls[0], { status: 200, body: '["hello"]' });
  // Its name is made of the directory's, not of where the release was pulled to.
  t.regex(result.calls[0]!.url, /\/penstock-service-[a-z0-9-]+\/hello$/);
  t.deepEqual(
    result.functions.map(({ ok }) => ok),
    [true, true],
  );
  for (const made of [directory, state]) await rm(made, { recursive: true });
});

test('--once takes the answer of an API that nobody described for what it is, fails when a probe does, and gives R what a release leaves out', async (t) => {
  const api =
    '#* @filter login\nfunction(res) {\n  res$status <- 401\n  "log in"\n}\n#* @get /hello\nfunction() "hello"\n';
  const directory = await temporary({ 'plumber.R': api });
  const state = await mkdtemp(join(tmpdir(), 'penstock-once-'));
  const slow = await temporary({
    'plumber.R': '#* @get /hello\nfunction() {\n  Sys.sleep(0.01)\n  "hello"\n}\n',
    'service.yaml': 'name: slow\nprobes: [{ name: at-once, route: GET /hello, maxLatency: 1ms }]\n',
  });
  const settings = await temporary({
    'plumber.R': '#* @get /\nfunction() c(Sys.getenv("MODEL"), getOption("model.of"))\n',
    '.Renviron': 'MODEL=alpha\n',
    '.Rprofile': 'options(model.of = "profile")\n',
  });
  const services = [directory, slow, settings];
  const { code, stdout, stderr } = await penstock(['up', '--once', '--state', state, '--service', ...services]);
  for (const part of ['blob store', 'scoring server', 'gateway', 'functions']) {
    t.regex(stdout, new RegExp(`^${part} {2,}\\S`, 'm'));
  }
  t.regex(stdout, /\/openapi\.json\n {2}401 .*\["log in"\]\n/);
  t.regex(stdout, /\/slow\/hello\n {2}200 .*\["hello"\]\n/);
  t.regex(stderr, /^penstock: probe-health: slow \(\S+\): probe at-once failed: took \d+ ms, at most 1 ms allowed\n$/);
  t.regex(stdout, /\n {2}200 .*\["alpha","profile"\]\n/);
  t.regex(stdout, new RegExp(`^release +penstock-service-[^ ]+@[0-9a-f]{12} {2}of ${settings}$`, 'm'));
  t.regex(stdout, new RegExp(`^left out +${settings}: \\.Renviron, \\.Rprofile `, 'm'));
  t.is(code, 1);
  for (const made of [...services, state]) await rm(made, { recursive: true });
});

test('--once fails when R fails, and names the log with its words; what holds the keys is for nobody else', async (t) => {
  const directory = await temporary({ 'plumber.R': '#* @get /\nfunction() stop("no such column: lstat")\n' });
  const state = await mkdtemp(join(tmpdir(), 'penstock-failing-'));
  const { code, stderr } = await penstock(['up', '--once', '--state', state, '--service', directory]);
  t.is(code, 1);
  const [, log] = /^penstock: GET http:.*: 500; R’s words are in (.*)\n$/.exec(stderr) ?? [];
  t.regex(await readFile(log ?? '', 'utf8'), /no such column: lstat/);
  t.is((await stat(join(state, 'gateway'))).mode & 0o077, 0);
  for (const made of [directory, state]) await rm(made, { recursive: true });
});

test("R's own words are shown when the API does not parse, with the line", async (t) => {
  const directory = await temporary({ 'plumber.R': '#* @get /hello\nfunction() {\n  1 +* 2\n}\n' });
  const state = await mkdtemp(join(tmpdir(), 'penstock-broken-'));
  const { code, stderr } = await penstock(['up', '--once', '--state', state, '--service', directory]);
  t.is(code, 1);
  t.regex(stderr, /unexpected '\*'/);
  t.regex(stderr, /3:/);
  t.notRegex(stderr, /\n {4}at /);
  for (const made of [directory, state]) await rm(made, { recursive: true });
});

test('nothing starts for directories that are no services, or the same one', async (t) => {
  const state = await mkdtemp(join(tmpdir(), 'penstock-none-'));
  const first = await temporary({ 'plumber.R': '', 'service.yaml': 'name: same\n' });
  const second = await temporary({ 'plumber.R': '', 'service.yaml': 'name: same\n' });
  const up = (...directories: string[]) => penstock(['up', '--once', '--state', state, '--service', ...directories]);
  const twice = await up(first, second);
  t.is(twice.stderr, `penstock: ${first} and ${second} are both the service same: expected different names\n`);
  const none = await up(join(state, 'nowhere'));
  t.regex(none.stderr, /nowhere is not a directory/);
  const third = await temporary({ 'model.R': '' });
  const empty = await up(third);
  t.regex(empty.stderr, /has no plumber\.R/);
  t.deepEqual(
    [twice, none, empty].map(({ code, stdout }) => [code, stdout]),
    [
      [1, ''],
      [1, ''],
      [1, ''],
    ],
  );
  for (const made of [state, first, second, third]) await rm(made, { recursive: true });
});

test('a directory without its option, as npm leaves it over, is told where it goes', async (t) => {
  const { code, stderr } = await penstock(['up', './my-model']);
  t.is(code, 2);
  t.regex(stderr, /^error: unexpected \.\/my-model: .* npm start -- --service \.\/my-model\n/);
});

test('a port in use is named', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const directory = await temporary({ 'plumber.R': '#* @get /hello\nfunction() "hello"\n' });
  const state = await mkdtemp(join(tmpdir(), 'penstock-port-'));
  const arguments_ = ['up', '--port', String(port), '--state', state, '--service', directory];
  const { code, stdout, stderr } = await penstock(arguments_);
  t.is(code, 1);
  t.regex(stderr, new RegExp(`^penstock: port ${port} on 127\\.0\\.0\\.1 is in use`));
  // Before anything else has started.
  t.is(stdout, '');
  taken.close();
  for (const made of [directory, state]) await rm(made, { recursive: true });
});

test('without R the message says that R is missing', async (t) => {
  const directory = await temporary({ 'plumber.R': '#* @get /hello\nfunction() "hello"\n' });
  await symlink('/usr/bin/mkfifo', join(directory, 'mkfifo'));
  const serve = ['serve', directory, '--port', '0', '--admin-port', '0'];
  const { code, stderr } = await penstock(serve, { PATH: directory });
  t.is(code, 1);
  t.regex(stderr, /^penstock: R is not on the PATH/);
  t.notRegex(stderr, /\n {4}at /);
  await rm(directory, { recursive: true });
});
