import { formatPatch, structuredPatch } from 'diff';
import type { Bytes } from '../service/units.ts';
import type { Manifest, ReleaseFile } from './manifest.ts';
import { readManifest, readText } from './read.ts';
import type { Store } from './store.ts';

/** A file that two releases have with different content, or only one of them has. */
export interface FileDifference {
  readonly path: string;
  /** In the first release; absent: only the second has it. */
  readonly before?: ReleaseFile;
  readonly after?: ReleaseFile;
  /** For code and `service.yaml`, where both have it: what has changed, as a unified diff's lines. */
  readonly lines?: readonly string[];
}

export interface ReleaseDifference {
  readonly before: string;
  readonly after: string;
  /** Sorted by path. */
  readonly files: readonly FileDifference[];
  /** How many files both have with the same SHA-256. */
  readonly same: number;
}

const text = /\.(r|ya?ml)$/i;
const largestText: Bytes = 64 * 1024;

/**
 * Which files two releases have that differ, by their SHA-256. Only code and `service.yaml` are read.
 * @throws UserError when one of the releases is not there, or damaged
 */
export async function diffReleases(store: Store, before: string, after: string): Promise<ReleaseDifference> {
  const [first, second] = await Promise.all([readManifest(store, before), readManifest(store, after)]);
  const paths = [...new Set([...first.files, ...second.files].map(({ path }) => path))].sort();
  const files: FileDifference[] = [];
  for (const path of paths) {
    const [a, b] = [fileOf(first, path), fileOf(second, path)];
    if (a?.sha256 === b?.sha256) continue;
    const isShown = a && b && text.test(path) && Math.max(a.size, b.size) <= largestText;
    const lines = isShown
      ? lineDiff(await readText(store, first, path), await readText(store, second, path))
      : undefined;
    files.push({ path, ...(a && { before: a }), ...(b && { after: b }), ...(lines && { lines }) });
  }
  return { before, after, files, same: paths.length - files.length };
}

function fileOf({ files }: Manifest, path: string): ReleaseFile | undefined {
  return files.find((file) => file.path === path);
}

/** What has changed from one text to another: a unified diff without its head, empty for equal texts. */
export function lineDiff(before: string, after: string): string[] {
  const lines = formatPatch(structuredPatch('', '', before, after, '', '', { context: 3 }))
    .replace(/\n$/, '')
    .split('\n');
  const start = lines.findIndex((line) => line.startsWith('@@'));
  return start < 0 ? [] : lines.slice(start);
}
