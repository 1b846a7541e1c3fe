import { mkdtemp, rm, stat } from 'node:fs/promises';
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
