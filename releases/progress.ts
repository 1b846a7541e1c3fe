import type { Bytes } from '../service/units.ts';

export interface Progress {
  /** Moved so far, of all files together. */
  readonly bytes: Bytes;
  readonly totalBytes: Bytes;
  /** The file that the latest bytes belong to. */
  readonly file: string;
}

export type OnProgress = (progress: Progress) => void;

/** What every call that moves a release's files takes. */
export interface TransferOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Adds up the bytes of many files that move at the same time. */
export function meter(totalBytes: Bytes, onProgress: OnProgress | undefined): (file: string, moved: Bytes) => void {
  let bytes = 0;
  return (file, moved) => {
    bytes += moved;
    onProgress?.({ bytes, totalBytes, file });
  };
}
