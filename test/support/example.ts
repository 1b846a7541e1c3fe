import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where the example's sources are: `train.R`, `plumber.R`, `service.yaml` and what they read. */
export const exampleSources = join(import.meta.dirname, '../../plumber-app/example');

const cache = join(import.meta.dirname, '../../.penstock/test');
const sources = ['train.R', 'schema.R', 'convert.R', 'plumber.R', 'service.yaml'];
let release: Promise<string> | undefined;

/**
 * The directory of the trained example: `plumber.R`, `model.rds`, `service.yaml`, `schema.json` and `probes/`. It is
 * trained once for all tests that run with the same sources, so don't change anything in it: copy it first.
 */
export function exampleRelease(): Promise<string> {
  release ??= trained();
  return release;
}

async function trained(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) hash.update(await readFile(join(exampleSources, source)));
  const directory = join(cache, `example-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(directory)) return directory;

  await mkdir(cache, { recursive: true });
  const building = await mkdtemp(join(cache, 'training-'));
  try {
    await promisify(execFile)('Rscript', [join(exampleSources, 'train.R'), join(building, 'example')]);
    await rename(join(building, 'example'), directory).catch((error: NodeJS.ErrnoException) => {
      // Another test process was faster; what it trained is the same.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return directory;
}
