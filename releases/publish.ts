import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { UserError } from '../service/errors.ts';
import { filesOf, loadService, type ServiceOptions } from '../service/load.ts';
import { checkComplete, hashMetadata, recordedFiles, type RecordedFile } from './check.ts';
import { ensureContainer } from './container.ts';
import { releaseFiles, type SourceFile } from './directory.ts';
import { atStore, isConflict } from './failure.ts';
import { checking, hashFile } from './hash.ts';
import { manifestOf, sizeOf, type Manifest, type ReleaseFile } from './manifest.ts';
import { inParallel } from './parallel.ts';
import { meter, type TransferOptions } from './progress.ts';
import { fileBlob, findManifest, manifestBlob } from './read.ts';
import type { Store } from './store.ts';

export interface PublishOptions extends TransferOptions, ServiceOptions {
  /** The clock, for the manifest's date. */
  readonly now?: () => Date;
}

export interface Published {
  readonly manifest: Manifest;
  /** Whether this very release was in the store already, so that nothing was uploaded. */
  readonly alreadyPublished: boolean;
  /** Files and directories that are not part of it, relative to the directory. */
  readonly leftOut: readonly string[];
}

/** Below this a file is uploaded in one request; above, in blocks of this size. */
const blockSize = 4 * 2 ** 20;

/**
 * Publishes a directory as an immutable release. Its id follows from its files: publishing the same directory twice
 * gives the same release. The manifest is written last; a release without one is not complete, and publishing the
 * directory again finishes it. A large file needs the memory of some blocks only.
 * @throws UserError when the directory is no service, when a file changes meanwhile, and for failures of the store
 */
export async function publish(
  store: Store,
  directory: string,
  { onProgress, signal, products, now = () => new Date() }: PublishOptions = {},
): Promise<Published> {
  const { files: sources, leftOut } = await releaseFiles(directory);
  const service = await serviceOf(directory, sources, products === undefined ? {} : { products });
  const locations = new Map(sources.map(({ path, location }) => [path, location]));
  const files: ReleaseFile[] = [];
  await inParallel(sources, 4, signal, async ({ path, location }, stop) => {
    files.push({ path, ...(await hashFile(location, stop)) });
  });
  const manifest = manifestOf(service, files, now());

  await ensureContainer(store.releases, store);
  const there = await findManifest(store, manifest.id, { signal });
  if (there !== undefined) {
    return { manifest: await checkComplete(store, there, { signal }), alreadyPublished: true, leftOut };
  }

  const left = await recordedFiles(store, manifest.id, signal);
  const moved = meter(sizeOf(manifest), onProgress);
  await inParallel(manifest.files, 4, signal, async (file, stop) => {
    const location = locations.get(file.path) ?? '';
    let sent = 0;
    await upload(store, manifest.id, file, location, left.get(file.path), stop, (loaded) => {
      moved(file.path, loaded - sent);
      sent = loaded;
    });
    moved(file.path, file.size - sent);
  });
  return { manifest: await complete(store, manifest), alreadyPublished: false, leftOut };
}

/** @throws UserError when a directory holds no Plumber API */
export async function checkEntry(directory: string): Promise<void> {
  checkEntryIn(directory, await readdir(directory));
}

function checkEntryIn(directory: string, names: readonly string[]): void {
  if (names.some((name) => /^(plumber|entrypoint)\.R$/i.test(name))) return;
  const other = names.find((name) => /^[^/]+\.R$/i.test(name));
  const hint = other === undefined ? '' : `; an API in ${other} needs an entrypoint.R that says plumb("${other}")`;
  throw new UserError(`${directory} has no plumber.R (or entrypoint.R); expected a Plumber API to release${hint}`);
}

async function serviceOf(directory: string, sources: readonly SourceFile[], options: ServiceOptions): Promise<string> {
  checkEntryIn(
    directory,
    sources.map(({ path }) => path),
  );
  const definition = await loadService(directory, options);
  const leftOut = filesOf(definition).find(
    (file) => !sources.some(({ path }) => path === file.replace(/^(\.\/)+/, '')),
  );
  if (leftOut !== undefined) {
    throw new UserError(
      `${directory}: service.yaml names ${leftOut}, which a release leaves out (hidden files, logs and renv/library)`,
    );
  }
  if (definition.name === 'channels') {
    throw new UserError(
      `${directory}: a service cannot be called channels: the store keeps its channels under that name`,
    );
  }
  return definition.name;
}

async function upload(
  store: Store,
  release: string,
  file: ReleaseFile,
  location: string,
  there: RecordedFile | undefined,
  outer: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<void> {
  const blob = store.releases.getBlockBlobClient(fileBlob(release, file.path));
  const changed = () => new UserError(`${location} has changed while it was being published; publish again`);
  if (isSame(there, file)) return;
  await atStore(store, `upload ${file.path} of ${release}`, outer, async (signal, renew) => {
    // What a broken-off publishing has left may be replaced: nobody can have been served it.
    const etag = there === undefined ? undefined : (await blob.getProperties({ abortSignal: signal })).etag;
    const options = {
      metadata: { [hashMetadata]: file.sha256 },
      blobHTTPHeaders: { blobContentType: 'application/octet-stream' },
      conditions: etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag },
      abortSignal: signal,
      onProgress: ({ loadedBytes }: { loadedBytes: number }) => {
        renew();
        onSent(Math.min(loadedBytes, file.size));
      },
    };
    try {
      if (file.size <= blockSize) {
        const content = await readFile(location, { signal });
        if (createHash('sha256').update(content).digest('hex') !== file.sha256) throw changed();
        await blob.upload(content, content.length, options);
      } else {
        const check = checking(file, changed);
        const source = createReadStream(location, { highWaterMark: 2 ** 20 });
        source.once('error', (error) => check.destroy(error));
        check.once('close', () => source.destroy());
        await blob.uploadStream(source.pipe(check), blockSize, 4, options);
      }
    } catch (error) {
      if (!isConflict(error)) throw error;
      // Somebody else publishes the same directory.
      const { contentLength: size, metadata } = await blob.getProperties({ abortSignal: signal });
      if (!isSame({ size, sha256: metadata?.[hashMetadata] }, file)) throw error;
    }
  });
}

function isSame(there: RecordedFile | undefined, file: ReleaseFile): boolean {
  return there?.size === file.size && there.sha256 === file.sha256;
}

/** Writes the manifest, which makes the release complete. When another publisher was first, theirs stands. */
async function complete(store: Store, manifest: Manifest): Promise<Manifest> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  return atStore(store, `write the manifest of ${manifest.id}`, undefined, async (abortSignal) => {
    try {
      await store.releases.getBlockBlobClient(manifestBlob(manifest.id)).upload(text, Buffer.byteLength(text), {
        abortSignal,
        blobHTTPHeaders: { blobContentType: 'application/json' },
        conditions: { ifNoneMatch: '*' },
      });
      return manifest;
    } catch (error) {
      if (!isConflict(error)) throw error;
      return (await findManifest(store, manifest.id)) ?? manifest;
    }
  });
}
