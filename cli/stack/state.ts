import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../service/errors.ts';

/** The folder in which the local stack keeps its blobs, keys, pulled releases and logs between two starts. */
export interface StackState {
  readonly directory: string;
  /** A folder inside, made when missing. */
  folder(name: string): Promise<string>;
  /** The subscription keys of this folder: drawn once, then kept, so that a `curl` line goes on working. */
  keys(subscriptions: readonly string[]): Promise<Record<string, string>>;
  /** Lets another stack use the folder. */
  release(): Promise<void>;
}

/**
 * Opens the folder and takes it for this process.
 *
 * @throws UserError when a running stack has it.
 */
export async function openState(directory: string): Promise<StackState> {
  await mkdir(directory, { recursive: true });
  const lock = join(directory, 'lock');
  await take(lock, directory);
  return {
    directory,
    async folder(name) {
      const path = join(directory, name);
      await mkdir(path, { recursive: true });
      return path;
    },
    async keys(subscriptions) {
      const file = join(directory, 'keys.json');
      const kept = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Record<string, string>) : {};
      const keys = Object.fromEntries(subscriptions.map((id) => [id, kept[id] ?? randomBytes(16).toString('hex')]));
      await writeFile(file, `${JSON.stringify({ ...kept, ...keys }, undefined, 2)}\n`, { mode: 0o600 });
      return keys;
    },
    release: () => rm(lock, { force: true }),
  };
}

async function take(lock: string, directory: string): Promise<void> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (owner > 0 && isAlive(owner)) {
    throw new UserError(
      `${directory} is in use by a local stack that runs (process ${owner}): stop it, or name another folder with --state`,
    );
  }
  await rm(lock, { force: true });
  await take(lock, directory);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
