import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openState } from '../../cli/stack/state.ts';

test('the keys of a folder are drawn once, kept from one start to the next, and read by nobody else', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-state-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const first = await openState(directory);
  const keys = await first.keys(['standard', 'trial']);
  t.regex(keys.standard ?? '', /^[0-9a-f]{32}$/);
  t.not(keys.standard, keys.trial);
  t.is((await stat(join(directory, 'keys.json'))).mode & 0o777, 0o600);
  await first.release();

  const second = await openState(directory);
  t.like(await second.keys(['standard', 'trial', 'internal']), keys);
  await second.release();
});

test('a folder that a living stack has is left to it', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-state-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const lock = join(directory, 'lock');
  await writeFile(lock, String(process.ppid));
  await t.throwsAsync(openState(directory), { message: /is in use by a local stack that runs \(process \d+\)/ });
  t.is(await readFile(lock, 'utf8'), String(process.ppid));
});
