import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { publishService } from '../../cli/stack/services.ts';
import { readChannel } from '../../releases/channel.ts';
import { openStore } from '../../releases/store.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import { penstock } from '../support/penstock.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');

let azurite: Azurite;
let home: string;
let store: string[];

test.before(async () => {
  azurite = await startAzurite();
  store = ['--store', azurite.storeUrl];
  home = await mkdtemp(join(tmpdir(), 'penstock-cli-'));
  await writeFile(join(home, 'plumber.R'), '#* @get /hello\nfunction() "hello"\n');
  await writeFile(join(home, 'service.yaml'), 'name: hello\n');
});

test.after.always(async () => {
  await azurite?.stop();
  if (home) await rm(home, { recursive: true, force: true });
});

const json = async <T>(args: readonly string[]) => {
  const ran = await penstock([...args, '--json']);
  return { ...ran, value: (ran.stdout ? JSON.parse(ran.stdout) : undefined) as T };
};

test('a release is published, promoted, listed, verified and rolled back by the command line', async (t) => {
  const first = await json<{ release: string }>(['release', home, ...store]);
  t.is(first.code, 0, first.stderr);
  t.regex(first.value.release, /^hello@[0-9a-f]{12}$/);

  const again = await penstock(['release', home, ...store]);
  t.regex(again.stdout, /already published/);
  t.true(again.stdout.endsWith(`make it live:  npx penstock promote ${first.value.release} ${store.join(' ')}\n`));

  const other = join(home, 'second');
  await cp(join(home, 'service.yaml'), join(other, 'service.yaml'));
  await writeFile(join(other, 'plumber.R'), '#* @get /hello\nfunction() "hello again"\n');
  const second = await json<{ release: string }>(['release', other, ...store]);

  for (const release of [first.value.release, second.value.release]) {
    const promoted = await penstock(['promote', release, ...store]);
    t.is(promoted.code, 0, promoted.stderr);
  }
  const canary = await penstock(['promote', first.value.release, '--channel', 'canary', ...store]);
  t.is(canary.stdout, `canary -> ${first.value.release}  (new channel)\n`);
  const listed = await json<{ id: string; channels: string[] }[]>(['releases', ...store]);
  const channelsOf = ({ release }: { release: string }) => listed.value.find(({ id }) => id === release)?.channels;
  t.deepEqual([channelsOf(first.value), channelsOf(second.value)], [['canary'], ['hello']]);

  const difference = [/changed {2}plumber\.R .* → /, /^-function\(\) "hello"\n\+function\(\) "hello again"$/m];
  const diff = await penstock(['diff', 'hello', ...store]);
  t.is(diff.code, 0, diff.stderr);
  t.true(diff.stdout.startsWith(`${first.value.release} → ${second.value.release}\n`));
  for (const shown of difference) t.regex(diff.stdout, shown);
  t.regex(diff.stdout, /^same {5}1 files$/m);
  const reverse = await penstock(['diff', 'hello', first.value.release, ...store]);
  t.true(reverse.stdout.startsWith(`${second.value.release} → ${first.value.release}\n`));

  const verified = await penstock(['verify', second.value.release, ...store]);
  t.regex(verified.stdout, /intact: 2 files/);

  const back = await json<{ release: string; before: string }>(['rollback', 'hello', ...store]);
  t.like(back.value, { release: first.value.release, before: second.value.release });
});

test('a stack leaves a channel where somebody promoted it, unless it is told to follow the directory', async (t) => {
  const opened = openStore(`${azurite.storeUrl}-stack`);
  const directory = await mkdtemp(join(tmpdir(), 'penstock-cli-'));
  t.teardown(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, 'plumber.R'), '#* @get /hello\nfunction() "hello"\n');
  await writeFile(join(directory, 'service.yaml'), 'name: hello\n');
  const first = await publishService(opened, directory, { follow: false });
  t.is(first.channel, 'hello');
  await writeFile(join(directory, 'plumber.R'), '#* @get /hello\nfunction() "changed"\n');
  t.deepEqual(await publishService(opened, directory, { follow: false }), first);
  const followed = await publishService(opened, directory, { follow: true });
  t.not(followed.release, first.release);
  t.is((await readChannel(opened, 'hello')).channel.release, followed.release);
});

(process.platform === 'linux' ? test : test.skip)(
  'at a terminal, publishing and verifying show how far they are',
  async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'penstock-cli-'));
    t.teardown(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, 'plumber.R'), '#* @get /hello\nfunction() "at a terminal"\n');
    await writeFile(join(directory, 'service.yaml'), 'name: shown\n');
    const atTerminal = async (...args: string[]) => {
      const line = [process.execPath, main, ...args, ...store].map((word) => `'${word}'`).join(' ');
      return (await promisify(execFile)('script', ['-qec', line, '/dev/null'])).stdout;
    };
    const published = await atTerminal('release', directory);
    t.regex(published, /publishing .*%/);
    const [release = ''] = /shown@[0-9a-f]{12}/.exec(published) ?? [];
    t.regex(await atTerminal('verify', release), /verifying .*%[^]*intact/);
  },
);

test('without a store the message says how to name one', async (t) => {
  const { code, stderr } = await penstock(['releases']);
  t.is(code, 1);
  t.is(stderr, 'penstock: no store: expected --store URL, or the environment variable PENSTOCK_STORE\n');
});

test('a store that nobody serves is named in one line', async (t) => {
  const { code, stderr } = await penstock(['releases', '--store', 'http://127.0.0.1:9/devstoreaccount1/releases']);
  t.is(code, 1);
  t.regex(stderr, /^penstock: .*http:\/\/127\.0\.0\.1:9\/devstoreaccount1\/releases.*\n$/);
});

test('a release that is not in the store is refused by name', async (t) => {
  const { code, stderr } = await penstock(['promote', 'hello@000000000000', ...store]);
  t.is(code, 1);
  t.regex(stderr, /hello@000000000000/);
  t.notRegex(stderr, /\n {4}at /);
});

test('what no server would load is not published: a schema that is none is told, with its file', async (t) => {
  const directory = join(home, 'schema');
  await cp(join(home, 'plumber.R'), join(directory, 'plumber.R'));
  await writeFile(join(directory, 'service.yaml'), 'name: s\nroutes: { POST /s: { rows: x, schema: row.json } }\n');
  await writeFile(join(directory, 'row.json'), '{"type": "objekt"}');
  const { code, stderr } = await penstock(['release', directory, ...store]);
  t.is(code, 1);
  t.regex(stderr, /^penstock: [^\n]*row\.json: no valid JSON Schema: [^\n]*\n$/);
  t.notRegex((await penstock(['releases', ...store])).stdout, /^s@/m);
});
