import { join } from 'node:path';
import { exampleSources, trainedExample } from '../../cli/stack/example.ts';

export { exampleSources };

const cache = join(import.meta.dirname, '../../.penstock/models');
let release: Promise<string> | undefined;

/**
 * The directory of the trained example: `plumber.R`, `model.rds`, `service.yaml`, `schema.json` and `probes/`. It is
 * trained once for all tests that run with the same sources, so don't change anything in it: copy it first.
 */
export function exampleRelease(): Promise<string> {
  release ??= trainedExample(cache);
  return release;
}
