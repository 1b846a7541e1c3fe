import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { penstock } from '../support/penstock.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');
const commands = [
  ...['up', 'serve', 'gateway', 'policies', 'release', 'promote', 'rollback', 'releases', 'verify', 'diff', 'call'],
  ...['image', 'bootstrap', 'functions', 'keys', 'manifests', 'plan'],
];

test('every command is listed, and explains itself by --help and by help', async (t) => {
  const { stdout: all } = await penstock(['--help']);
  for (const command of commands) t.regex(all, new RegExp(`^ {2}${command} `, 'm'));
  t.regex((await penstock(['call', '--help'])).stdout, /^Usage: penstock call \[options\] \[service\]\n/);
  t.is((await penstock(['help', 'promote'])).stdout, (await penstock(['promote', '--help'])).stdout);
});

test('the version', async (t) => {
  t.regex((await penstock(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
});

test('a file where a directory is expected is told in one line', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-cli-'));
  const file = join(directory, 'file');
  await writeFile(file, '');
  const cases: [string[], RegExp][] = [
    [['policies', '--out', file], /^penstock: E[A-Z]+: [^\n]*\n$/],
    [
      ['up', '--state', join(file, 'state')],
      /^penstock: blobs, keys and logs cannot be kept in [^\n]*--state[^\n]*\n$/,
    ],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await penstock(args);
    t.is(code, 1);
    t.regex(stderr, message);
    t.true(stderr.includes(file));
  }
  await rm(directory, { recursive: true });
});

test('a mistake in the arguments ends with 2, told as everything else is: in words, or as JSON', async (t) => {
  const cases: [string[], string][] = [
    [['release'], "missing required argument 'dir'"],
    [['relaese'], "unknown command 'relaese'\n(Did you mean release?)"],
    [['image', 'build', '--nonsense'], "unknown option '--nonsense'"],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await penstock(args);
    t.deepEqual([code, stderr], [2, `error: ${message}\n(add --help for what there is)\n`]);
    const inJson = await penstock([...args, '--json']);
    t.is(inJson.code, 2);
    t.deepEqual(JSON.parse(inJson.stderr), { error: message });
  }
});

test('a reader that goes away, as head does, ends the command without a stack trace', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-cli-'));
  const child = spawn(process.execPath, [main, 'policies', '--out', directory, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  await once(child, 'close');
  t.is(errors, '');
  await rm(directory, { recursive: true });
});
