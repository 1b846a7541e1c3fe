import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Lists what was written here, so that the next run can take away what it no longer writes, and nothing else. */
const index = '.penstock-files.json';

/** Writes files (paths with forward slashes, and their texts) below a directory, and removes those of an earlier run. */
export async function writeFolder(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(directory, { recursive: true });
  const before = await readFile(join(directory, index), 'utf8').then(
    (text) => JSON.parse(text) as string[],
    () => [],
  );
  for (const file of before) {
    if (!files.has(file) && !file.split('/').includes('..')) await rm(join(directory, file), { force: true });
  }
  for (const [file, text] of files) {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), text);
  }
  await writeFile(join(directory, index), `${JSON.stringify([...files.keys()], undefined, 2)}\n`);
}
