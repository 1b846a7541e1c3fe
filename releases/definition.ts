import type { ServiceDefinition } from '../service/definition.ts';
import { loadService } from '../service/load.ts';
import { parseReleaseId } from './id.ts';

/**
 * The definition of a release that has been pulled. Its service is the release's, also where no `service.yaml` says so:
 * the directory on this machine is called otherwise. Products were checked when it was published, against an environment
 * that we don't know.
 * @throws UserError as `loadService` does
 */
export async function definitionOf(directory: string, release: string): Promise<ServiceDefinition> {
  return { ...(await loadService(directory, { products: 'any' })), name: parseReleaseId(release).service };
}
