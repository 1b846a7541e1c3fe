import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../service/errors.ts';

const keyFile = 'keys.json';
const addressFile = 'addresses.json';

/** The folder in which the local stack keeps its blobs, keys, pulled releases and logs between two starts. */
export interface StackState {
  readonly directory: string;
  /** A folder inside, made when missing. */
  folder(name: string): Promise<string>;
  /** The subscription keys of this folder: drawn once, then kept, so that a `curl` line goes on working. */
  keys(subscriptions: readonly string[]): Promise<Record<string, string>>;
  /** Tells other commands where the stack that has the folder is reached. */
  announce(stack: Addresses): Promise<void>;
  /** Lets another stack use the folder. */
  release(): Promise<void>;
}

/** Where a local stack is reached. */
export interface Addresses {
  readonly gateway: string;
  /** The releases container's URL. */
  readonly store: string;
  readonly services: readonly { readonly name: string; readonly channel: string }[];
}

/** A local stack that runs. */
export interface StackThatRuns extends Addresses {
  /** A subscription key by product; the functions' own key is among them. */
  readonly keys: Readonly<Record<string, string>>;
}

/**
 * Opens the folder and takes it for this process.
 *
 * @throws UserError when a running stack has it.
 */
export async function openState(directory: string): Promise<StackState> {
  const [lock, addresses] = [join(directory, 'lock'), join(directory, addressFile)];
  try {
    await mkdir(directory, { recursive: true });
    await take(lock, directory);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `blobs, keys and logs cannot be kept in ${directory}: name a folder that may be written with --state (${(error as Error).message})`,
    );
  }
  await rm(addresses, { force: true });
  return {
    directory,
    async folder(name) {
      const path = join(directory, name);
      // The gateway's configuration holds the keys as well.
      await mkdir(path, { recursive: true, mode: 0o700 });
      return path;
    },
    async keys(subscriptions) {
      const file = join(directory, keyFile);
      const kept = existsSync(file) ? keysIn(file, await readFile(file, 'utf8')) : {};
      const keys = Object.fromEntries(subscriptions.map((id) => [id, kept[id] ?? randomBytes(16).toString('hex')]));
      await writeFile(file, `${JSON.stringify({ ...kept, ...keys }, undefined, 2)}\n`, { mode: 0o600 });
      return keys;
    },
    announce: (stack) => writeFile(addresses, `${JSON.stringify(stack, undefined, 2)}\n`),
    async release() {
      await rm(addresses, { force: true });
      await rm(lock, { force: true });
    },
  };
}

/** The stack that runs in a folder and has started; undefined when none does. */
export async function runningStack(directory: string): Promise<StackThatRuns | undefined> {
  const read = (file: string) => readFile(join(directory, file), 'utf8');
  try {
    if (!isAlive(Number(await read('lock')))) return undefined;
    const addresses = JSON.parse(await read(addressFile)) as Addresses;
    return { ...addresses, keys: JSON.parse(await read(keyFile)) as Record<string, string> };
  } catch {
    return undefined;
  }
}

function keysIn(file: string, text: string): Record<string, string> {
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    throw new UserError(`${file} is damaged: remove it, and new keys are drawn`);
  }
}

async function take(lock: string, directory: string): Promise<void> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
  // This process's own id in a lock is that of an earlier process, as it happens in containers.
  if (owner !== process.pid && isAlive(owner)) {
    throw new UserError(
      `${directory} is in use by a local stack that runs (process ${owner}): stop it, or name another folder with --state`,
    );
  }
  await rm(lock, { force: true });
  await take(lock, directory);
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
