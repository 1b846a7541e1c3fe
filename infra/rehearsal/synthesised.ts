import { App } from 'cdktf';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { UserError } from '../../service/errors.ts';
import { compose } from '../compose.ts';
import { loadEnvironment, readEnvironment, type Environment } from '../config.ts';
import { policySetOf } from '../edge/policies.ts';
import { merge, type Json } from './resources.ts';
import { variations, type Variation } from './variations.ts';

/** An image for services that have none yet: a rehearsal is about all there will be. */
const image = `sha256:${'0'.repeat(64)}`;

/**
 * Synthesises a file of `config/`, every service included, or a variation.
 * @returns the environment and the folder with a folder for each stack
 */
export async function synthesise(
  name: string,
  root: string,
  workspace: string,
): Promise<{ environment: Environment; stacks: string }> {
  const environment = await environmentOf(name, root);
  const outdir = join(workspace, name);
  await mkdir(outdir, { recursive: true });
  const app = new App({ outdir });
  compose(app, environment, policySetOf(environment));
  app.synth();
  return { environment, stacks: join(outdir, 'stacks') };
}

async function environmentOf(name: string, root: string): Promise<Environment> {
  const variation = variations[name];
  const loaded = variation === undefined ? await loadEnvironment(name, root) : await varied(name, variation, root);
  if (variation?.asWritten) return loaded;
  return { ...loaded, services: loaded.services.map((service) => ({ ...service, image: service.image ?? image })) };
}

async function varied(name: string, { of, changes, definitions = {} }: Variation, root: string): Promise<Environment> {
  const read = (...path: string[]) => readFile(join(root, ...path), 'utf8');
  const file = parse(await read('config', `${of}.yaml`)) as Json;
  return readEnvironment(name, stringify(merge(file, changes)), root, async (directory) => {
    const text = definitions[directory] ?? (await read(directory, 'service.yaml').catch(() => undefined));
    if (text === undefined) throw new UserError(`variation ${name}: ${directory} has no service.yaml`);
    return text;
  });
}
