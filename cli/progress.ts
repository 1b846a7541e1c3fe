import { Presets, SingleBar } from 'cli-progress';
import type { OnProgress } from '../releases/progress.ts';

/** Shows a bar on standard error, when somebody looks at it and there is enough to move; `done` takes it away. */
export function progressBar(
  what: string,
  quiet: boolean,
  stream: NodeJS.WritableStream & { isTTY?: boolean } = process.stderr,
): { onProgress: OnProgress; done: () => void } {
  if (quiet || !stream.isTTY) return { onProgress: () => undefined, done: () => undefined };
  const format = `${what} {bar} {percentage}% of {size}  {file}`;
  const bar = new SingleBar({ format, clearOnComplete: true, hideCursor: true, stream }, Presets.rect);
  let shown = false;
  return {
    onProgress({ bytes, totalBytes, file }) {
      const payload = { size: sizeText(totalBytes), file };
      if (shown) bar.update(bytes, payload);
      // What it starts without is shown by its name in braces.
      else bar.start(totalBytes, bytes, payload);
      shown = true;
    },
    done() {
      if (shown) bar.stop();
    },
  };
}

/** A size for people: `1.4 MB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
