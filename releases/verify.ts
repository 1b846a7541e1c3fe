import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../service/errors.ts';
import { sizeOf, type Manifest } from './manifest.ts';
import { inParallel } from './parallel.ts';
import { meter, type TransferOptions } from './progress.ts';
import { readManifest, streamFile } from './read.ts';
import type { Store } from './store.ts';

/**
 * Reads every file of a release and compares it, byte for byte by its SHA-256, with the manifest.
 * @returns the manifest, when all is well
 * @throws UserError that names the release and every damaged file, one a line
 */
export async function verify(
  store: Store,
  release: string,
  { onProgress, signal }: TransferOptions = {},
): Promise<Manifest> {
  const manifest = await readManifest(store, release, { signal });
  const moved = meter(sizeOf(manifest), onProgress);
  const damages: string[] = [];
  await inParallel(manifest.files, 4, signal, async ({ path }, stop) => {
    try {
      const onBytes = (bytes: number) => moved(path, bytes);
      await pipeline(await streamFile(store, manifest, path, { signal: stop, onBytes }), nowhere());
    } catch (error) {
      if (!(error instanceof UserError) || !error.message.includes('is damaged')) throw error;
      damages.push(error.message);
    }
  });
  if (damages.length > 0) throw new UserError(damages.sort().join('\n'));
  return manifest;
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
