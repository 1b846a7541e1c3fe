import { atStore } from './failure.ts';
import type { Manifest } from './manifest.ts';
import { damagedFile, fileBlob, readManifest } from './read.ts';
import type { Store } from './store.ts';

/** The metadata that every file's blob carries. `contentMD5` is absent after an upload in blocks, so it is our own. */
export const hashMetadata = 'sha256';

/**
 * Checks that every file of a release is there with the size and the recorded SHA-256 that its manifest says. It reads
 * one listing and no content; `verify` compares the content too.
 * @throws UserError that names the release and the first file that is missing or differs
 */
export async function checkComplete(
  store: Store,
  release: string | Manifest,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Manifest> {
  const manifest = typeof release === 'string' ? await readManifest(store, release, { signal }) : release;
  const { id } = manifest;
  const blobs = await recordedFiles(store, id, signal);
  for (const { path, size, sha256 } of manifest.files) {
    const blob = blobs.get(path);
    if (blob === undefined) throw damagedFile(store, id, path, 'is missing');
    if (blob.size !== size) throw damagedFile(store, id, path, `has ${blob.size} bytes of ${size}`);
    if (blob.sha256 !== sha256) {
      throw damagedFile(store, id, path, 'is not what was published (its recorded SHA-256 differs)');
    }
  }
  return manifest;
}

/** What the store has recorded of a file. */
export interface RecordedFile {
  readonly size: number | undefined;
  readonly sha256: string | undefined;
}

/** The files of a release that are in the store, by their paths, whether its upload was finished or not. */
export async function recordedFiles(
  store: Store,
  release: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, RecordedFile>> {
  const prefix = fileBlob(release, '');
  return atStore(store, `list the files of ${release}`, signal, async (abortSignal, renew) => {
    const found = new Map<string, RecordedFile>();
    for await (const blob of store.releases.listBlobsFlat({ prefix, includeMetadata: true, abortSignal })) {
      renew();
      const { contentLength: size } = blob.properties;
      found.set(blob.name.slice(prefix.length), { size, sha256: blob.metadata?.[hashMetadata] });
    }
    return found;
  });
}
