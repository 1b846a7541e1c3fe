import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import type { Bytes } from '../service/units.ts';
import type { ReleaseFile, Sha256 } from './manifest.ts';

/**
 * Passes bytes through and compares them with what the manifest says of the file. The stream fails as soon as there are
 * too many bytes, or at its end.
 * @param damaged makes the error; it gets the reason as the end of a sentence about the file
 */
export function checking(
  file: ReleaseFile,
  damaged: (why: string) => Error,
  onBytes?: (bytes: Bytes) => void,
): Transform {
  const hash = createHash('sha256');
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > file.size) return done(damaged(`is longer than its ${file.size} bytes`));
      hash.update(chunk);
      onBytes?.(chunk.length);
      done(null, chunk);
    },
    flush(done) {
      if (size < file.size) return done(damaged(`has ${size} bytes of ${file.size}`));
      done(hash.digest('hex') === file.sha256 ? null : damaged('is not what was published (its SHA-256 differs)'));
    },
  });
}

/** Size and SHA-256 of a file on disk, streamed. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<{ size: Bytes; sha256: Sha256 }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path, { signal }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}
