import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { openStore, type Store } from '../../releases/store.ts';
import type { Azurite } from './azurite.ts';

/** A store of its own, in a container of its own that does not exist yet. */
export function newStore(azurite: Azurite): Store {
  return openStore(`${azurite.blobUrl}/releases-${randomUUID()}`);
}

/** A directory with these files, removed when the test has ended. */
export async function directoryOf(t: ExecutionContext, files: Record<string, string | Buffer> = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  return directory;
}

/** The directory of a small service that is a release of its own by its `model`. */
export async function serviceDirectory(t: ExecutionContext, name: string, model: string | Buffer): Promise<string> {
  return directoryOf(t, { 'plumber.R': '#* @get /\nfunction() 1\n', 'service.yaml': `name: ${name}\n`, model });
}

/** Replaces a blob's content behind everyone's back; its metadata stay. */
export async function overwriteBlob(store: Store, name: string, content: string | Buffer): Promise<void> {
  const blob = store.releases.getBlockBlobClient(name);
  const { metadata } = await blob.getProperties();
  await blob.upload(content, Buffer.byteLength(content), metadata === undefined ? {} : { metadata });
}
