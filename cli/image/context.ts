import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { SourceFile } from '../../releases/directory.ts';
import { buildServer, copySources } from './bundle.ts';

const plumberApp = join(import.meta.dirname, '../../plumber-app');

/** The file that says how the image is built. */
export const dockerfile = join(plumberApp, 'Dockerfile');

/** A build context on this machine. */
export interface Context {
  readonly directory: string;
  /** Of everything in it and of the Dockerfile. */
  readonly hash: string;
  /** The directories of the npm packages that the server is made of. */
  readonly npmPackages: readonly string[];
  remove(): Promise<void>;
}

/**
 * Makes the build context of the Dockerfile in a temporary directory: the server, built now, and what else the image holds.
 * Modes and times are the same for the same content, whoever builds: equal content makes equal layers, and the image's user
 * can read it.
 *
 * @param service the files of the service to bake in
 */
export async function makeContext(service: readonly SourceFile[]): Promise<Context> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-image-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const npmPackages = await buildServer(join(directory, 'server'));
    await copySources(join(plumberApp, 'packages'), join(directory, 'packages'));
    // The engine wants what the Dockerfile copies to be there, even when it is empty.
    await mkdir(join(directory, 'service'));
    for (const { path, location } of service) {
      const target = join(directory, 'service', path);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(location, target);
    }
    return { directory, hash: await settle(directory), npmPackages, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Gives everything the mode and time that it always has, the directories last. Returns the hash of it all. */
async function settle(directory: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(dockerfile));
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const at = (entry: Dirent) => join(entry.parentPath, entry.name);
  const files = entries.filter((entry) => entry.isFile()).map(at);
  for (const file of files.sort()) {
    const content = createHash('sha256')
      .update(await readFile(file))
      .digest();
    hash.update(`\n${relative(directory, file)}\n`).update(content);
    await chmod(file, 0o644);
    await utimes(file, 0, 0);
  }
  for (const each of entries.filter((entry) => entry.isDirectory()).map(at)) {
    await chmod(each, 0o755);
    await utimes(each, 0, 0);
  }
  return hash.digest('hex');
}
