import test from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReleaseCache } from '../../releases/cache.ts';
import { directoryOf } from '../support/releases.ts';

const [one, two, three] = ['m@000000000001', 'm@000000000002', 'm@000000000003'] as const;

const releasesIn = async (directory: string) =>
  (await readdir(join(directory, 'm'))).filter((name) => !name.startsWith('.')).sort();

async function cacheOf(t: Parameters<typeof directoryOf>[0]): Promise<string> {
  const directory = await directoryOf(t);
  for (const release of [one, two, three]) {
    const path = join(directory, release.replace('@', '/'));
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'plumber.R'), '');
  }
  return directory;
}

test('what is kept stays, what nobody claims goes', async (t) => {
  const directory = await cacheOf(t);
  const cache = new ReleaseCache(directory);
  for (const release of [one, two, three]) await cache.claim(release);
  await cache.keepOnly('m', [two, three]);
  t.deepEqual(await releasesIn(directory), ['000000000002', '000000000003']);
  t.deepEqual(await readdir(join(directory, 'm', '000000000002')), ['plumber.R']);
  await cache.close();
  t.deepEqual(await readdir(join(directory, 'm')), ['000000000002', '000000000003']);
});

test('what another one claims stays until it gives it up', async (t) => {
  const directory = await cacheOf(t);
  const [mine, other] = [new ReleaseCache(directory), new ReleaseCache(directory)];
  await mine.claim(one);
  await other.claim(two);
  await mine.keepOnly('m', [one]);
  t.deepEqual(await releasesIn(directory), ['000000000001', '000000000002']);
  await other.close();
  await mine.keepOnly('m', [one]);
  t.deepEqual(await releasesIn(directory), ['000000000001']);
});

test('the claims of a process end with it, even when another one gets its number', async (t) => {
  const directory = await cacheOf(t);
  const dead = spawn('true');
  await once(dead, 'exit');
  const claim = (release: string, pid: number, birth: number) =>
    writeFile(join(directory, 'm', `.${release.slice(2)}.used-by.${pid}.${birth}.x`), '');
  await claim(one, dead.pid!, 1);
  await claim(two, process.pid, 1);
  await claim(three, process.ppid, 1);
  await new ReleaseCache(directory).keepOnly('m', []);
  t.deepEqual(await releasesIn(directory), ['000000000003']);
});

test('nothing is there to be removed', async (t) => {
  await t.notThrowsAsync(new ReleaseCache(await directoryOf(t)).keepOnly('m', []));
});
