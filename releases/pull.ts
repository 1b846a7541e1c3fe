import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../service/errors.ts';
import { isAlive } from './alive.ts';
import { hashFile } from './hash.ts';
import { parseReleaseId } from './id.ts';
import { sizeOf, type Manifest } from './manifest.ts';
import { inParallel } from './parallel.ts';
import { meter, type TransferOptions } from './progress.ts';
import { readManifest, streamFile } from './read.ts';
import type { Store } from './store.ts';

/**
 * Brings a release to this machine: `<cacheDir>/<service>/<hex>`. Every file is checked; the directory appears whole or
 * not at all, even when the machine loses power. One that is there already is checked and used. Any number of processes
 * may pull into the same cache.
 * @returns the directory
 * @throws UserError when the release is missing, incomplete or damaged, or the directory cannot be written
 */
export async function pull(
  store: Store,
  release: string,
  cacheDir: string,
  { onProgress, signal }: TransferOptions = {},
): Promise<string> {
  const { service, hex } = parseReleaseId(release);
  const manifest = await readManifest(store, release, { signal });
  const parent = join(cacheDir, service);
  const directory = join(parent, hex);
  const partial = join(parent, `.${hex}.${process.pid}.${randomUUID()}`);
  const state = await stateOf(directory, manifest, signal);
  if (state === 'whole') return directory;

  try {
    await mkdir(partial, { recursive: true });
    await removeAbandoned(parent);
    if (state === 'damaged') {
      store.logger?.warn({ release, directory }, 'the cached release has been changed; it is pulled again');
    }
    await download(store, manifest, partial, { onProgress, signal });
    await place(partial, directory, manifest, signal);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined || error instanceof UserError) throw error;
    throw new UserError(`cannot write ${release} to ${directory}: ${code}`, { cause: error });
  } finally {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
  }
  return directory;
}

async function download(store: Store, manifest: Manifest, directory: string, options: TransferOptions): Promise<void> {
  const moved = meter(sizeOf(manifest), options.onProgress);
  const directories = new Set(manifest.files.map(({ path }) => dirname(join(directory, path))));
  for (const each of directories) await mkdir(each, { recursive: true });
  await inParallel(manifest.files, 4, options.signal, async ({ path }, signal) => {
    const source = await streamFile(store, manifest, path, { signal, onBytes: (bytes) => moved(path, bytes) });
    await pipeline(source, createWriteStream(join(directory, path), { flags: 'wx', flush: true }));
  });
  for (const each of new Set([...directories, directory])) await sync(each);
}

/** Moves a whole directory to its place. When another process was first, theirs stays if it is whole. */
async function place(
  partial: string,
  directory: string,
  manifest: Manifest,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let left = 3; ; left--) {
    try {
      await rename(partial, directory);
      return await sync(dirname(directory));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOTDIR') || left === 0) throw error;
    }
    if ((await stateOf(directory, manifest, signal)) === 'whole') return;
    const damaged = `${partial}.damaged`;
    await rename(directory, damaged).catch(() => undefined);
    await rm(damaged, { recursive: true, force: true });
  }
}

async function stateOf(
  directory: string,
  manifest: Manifest,
  signal: AbortSignal | undefined,
): Promise<'absent' | 'whole' | 'damaged'> {
  if (!(await exists(directory))) return 'absent';
  try {
    await inParallel(manifest.files, 4, signal, async (file, stop) => {
      const { size, sha256 } = await hashFile(join(directory, file.path), stop);
      if (size !== file.size || sha256 !== file.sha256) throw new Error(`${file.path} differs`);
    });
    return 'whole';
  } catch {
    signal?.throwIfAborted();
    return 'damaged';
  }
}

/** Removes what a process that was killed while pulling has left. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid] = /^\.[0-9a-f]{12}\.(\d+)\./.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
