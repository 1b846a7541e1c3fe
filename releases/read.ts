import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { UserError } from '../service/errors.ts';
import type { Bytes } from '../service/units.ts';
import { download } from './download.ts';
import { atStore, codeOf, explained, isMissingContainer } from './failure.ts';
import { checking } from './hash.ts';
import { prefixOf } from './id.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { patience } from './patience.ts';
import type { Store } from './store.ts';

/**
 * The manifest of a published release.
 * @throws UserError when there is no such release, when its upload was never finished, or when it is damaged
 */
export async function readManifest(
  store: Store,
  release: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Manifest> {
  const manifest = await findManifest(store, release, { signal });
  if (manifest !== undefined) return manifest;
  if (await hasBlobs(store, release)) {
    throw new UserError(
      `release ${release} in ${store.url} is incomplete: its upload was never finished; publish the same directory again`,
    );
  }
  throw new UserError(`there is no release ${release} in ${store.url}; "penstock releases" lists those that there are`);
}

/** As `readManifest`, but undefined when there is no manifest. */
export async function findManifest(
  store: Store,
  release: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Manifest | undefined> {
  const blob = store.releases.getBlobClient(manifestBlob(release));
  return atStore(store, `read the manifest of ${release}`, signal, async (abortSignal) => {
    try {
      const { bytes } = await download(blob, abortSignal);
      return parseManifest(await text(bytes), release);
    } catch (error) {
      if (codeOf(error) === 'BlobNotFound' || isMissingContainer(error)) return undefined;
      throw error;
    }
  });
}

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told of every chunk, in bytes. */
  readonly onBytes?: (bytes: Bytes) => void;
}

/**
 * One file of a release, as a stream that is checked on the way: it fails with a UserError naming release and file when
 * the blob is not, byte for byte, what was published. What has been read before its end is not to be trusted.
 * Needs the memory of some chunks, however large the file.
 * @param release a release's id, or its manifest when it has been read already
 * @throws UserError when the release has no such file, or the blob is gone
 */
export async function streamFile(
  store: Store,
  release: string | Manifest,
  path: string,
  { signal, onBytes }: StreamOptions = {},
): Promise<Readable> {
  const manifest = typeof release === 'string' ? await readManifest(store, release, { signal }) : release;
  const file = manifest.files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new UserError(`release ${manifest.id} has no file ${path}`);
  const damaged = (why: string) => damagedFile(store, manifest.id, path, why);
  const doing = `read ${path} of ${manifest.id}`;
  const waiting = patience(store.patience, signal, () => check.writableNeedDrain);
  const check = checking(file, damaged, (bytes) => {
    waiting.renew();
    onBytes?.(bytes);
  });
  check.once('close', waiting.end);
  try {
    const blob = store.releases.getBlobClient(fileBlob(manifest.id, path));
    const source = Readable.from((await download(blob, waiting.signal)).bytes, { objectMode: false });
    source.once('error', (error) => check.destroy(explained(store, doing, error, waiting) as Error));
    check.once('close', () => source.destroy());
    return source.pipe(check);
  } catch (error) {
    check.destroy();
    throw codeOf(error) === 'BlobNotFound' ? damaged('is missing') : explained(store, doing, error, waiting);
  }
}

/** What is said of a blob that is not what was published; `why` is the end of a sentence about the file. */
export function damagedFile(store: Store, release: string, path: string, why: string): UserError {
  return new UserError(`release ${release} in ${store.url} is damaged: ${path} ${why}`);
}

/** A small file of a release as text, checked. @throws as `streamFile` does */
export async function readText(
  store: Store,
  release: string | Manifest,
  path: string,
  options: StreamOptions = {},
): Promise<string> {
  return text(await streamFile(store, release, path, options));
}

export function manifestBlob(release: string): string {
  return `${prefixOf(release)}manifest.json`;
}

export function fileBlob(release: string, path: string): string {
  return `${prefixOf(release)}files/${path}`;
}

async function hasBlobs(store: Store, release: string): Promise<boolean> {
  return atStore(store, `look for ${release}`, undefined, async (abortSignal) => {
    try {
      const pages = store.releases.listBlobsFlat({ prefix: prefixOf(release), abortSignal }).byPage({ maxPageSize: 1 });
      for await (const page of pages) if (page.segment.blobItems.length > 0) return true;
    } catch (error) {
      if (!isMissingContainer(error)) throw error;
    }
    return false;
  });
}
