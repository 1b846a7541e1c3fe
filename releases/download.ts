import type { BlobClient } from '@azure/storage-blob';
import { statusOf } from './failure.ts';

export interface Download {
  readonly etag: string;
  readonly bytes: AsyncIterable<Buffer>;
}

/** How often a download goes on after a break without a single byte in between. */
const tries = 5;

/**
 * Downloads a blob. When the line breaks it goes on where it was, provided that the blob is still the same: the SDK takes
 * a broken line for an abort, and does not.
 * @returns once the blob is known to be there; the bytes follow
 */
export async function download(
  blob: BlobClient,
  signal: AbortSignal,
  conditions: { ifNoneMatch?: string } = {},
): Promise<Download> {
  const options = { abortSignal: signal, maxRetryRequests: 0 };
  const first = await blob.download(0, undefined, { ...options, conditions });
  const { etag = '*', contentLength: size = Infinity } = first;

  async function* bytes(): AsyncGenerator<Buffer> {
    let answer: typeof first | undefined = first;
    let offset = 0;
    let broken = 0;
    for (;;) {
      try {
        answer ??= await blob.download(offset, undefined, { ...options, conditions: { ifMatch: etag } });
        for await (const chunk of answer.readableStreamBody as AsyncIterable<Buffer>) {
          offset += chunk.length;
          broken = 0;
          yield chunk;
        }
        return;
      } catch (error) {
        if (offset >= size) return;
        broken += 1;
        if (signal.aborted || statusOf(error) !== undefined || broken > tries) throw error;
        answer = undefined;
      }
    }
  }
  return { etag, bytes: bytes() };
}
