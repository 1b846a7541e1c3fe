import { App } from 'cdktf';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compose } from '../compose.ts';
import { loadEnvironment, type Environment } from '../config.ts';
import { policySetOf } from '../edge/policies.ts';

/** An image for services that have none yet: a rehearsal is about all there will be. */
const image = `sha256:${'0'.repeat(64)}`;

/**
 * Synthesises an environment, every service included.
 * @returns the environment and the folder with a folder for each stack
 */
export async function synthesise(
  name: string,
  root: string,
  workspace: string,
): Promise<{ environment: Environment; stacks: string }> {
  const loaded = await loadEnvironment(name, root);
  const services = loaded.services.map((service) => ({ ...service, image: service.image ?? image }));
  const environment = { ...loaded, services };
  const outdir = join(workspace, name);
  await mkdir(outdir, { recursive: true });
  const app = new App({ outdir });
  compose(app, environment, policySetOf(environment));
  app.synth();
  return { environment, stacks: join(outdir, 'stacks') };
}
