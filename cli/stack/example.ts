import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../service/errors.ts';

/** Where the sample service's sources are: `train.R`, `plumber.R`, `service.yaml` and what they read. */
export const exampleSources = join(import.meta.dirname, '../../plumber-app/example');

const sources = ['train.R', 'schema.R', 'convert.R', 'plumber.R', 'service.yaml'];

/**
 * The directory of the trained sample service: `plumber.R`, `model.rds`, `service.yaml`, `schema.json` and `probes/`. It is
 * trained once for the present sources and kept in `cache`; nothing half-trained is ever there.
 *
 * @param say told when training begins
 * @throws UserError with R's own words when training fails
 */
export async function trainedExample(cache: string, say: (line: string) => void = () => undefined): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) hash.update(await readFile(join(exampleSources, source)));
  const directory = join(cache, `example-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(directory)) return directory;

  say('training the sample model (a few seconds)');
  await mkdir(cache, { recursive: true });
  const building = await mkdtemp(join(cache, 'training-'));
  try {
    await promisify(execFile)('Rscript', [join(exampleSources, 'train.R'), join(building, 'example')]);
    await rename(join(building, 'example'), directory).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster; what it trained is the same.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new UserError(`training the sample model failed:\n${stderr.trim() || message}`);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return directory;
}
