import { findChannel } from '../../releases/channel.ts';
import { promote } from '../../releases/promote.ts';
import { checkEntry, publish } from '../../releases/publish.ts';
import type { OnProgress } from '../../releases/progress.ts';
import type { Store } from '../../releases/store.ts';
import { UserError } from '../../service/errors.ts';
import { loadService } from '../../service/load.ts';

/**
 * Looks at what is to be served before anything starts.
 *
 * @throws UserError when one of them holds no API, or its service.yaml is wrong, or two have the same name
 */
export async function checkServices(directories: readonly string[]): Promise<void> {
  const seen = new Map<string, string>();
  for (const directory of directories) {
    const { name } = await loadService(directory);
    await checkEntry(directory);
    const other = seen.get(name);
    if (other !== undefined) {
      throw new UserError(`${other} and ${directory} are both the service ${name}: expected different names`);
    }
    seen.set(name, directory);
  }
}

/**
 * Makes the store's channel of a service's name serve what is in `directory`. A channel that exists stays where somebody
 * promoted it, unless `follow` says that the directory is the truth.
 *
 * @returns the channel, the release that it points to, and what of the directory is not part of it
 */
export async function publishService(
  store: Store,
  directory: string,
  { follow, onProgress }: { follow: boolean; onProgress?: OnProgress | undefined },
): Promise<{ channel: string; release: string; leftOut: readonly string[] }> {
  const { name } = await loadService(directory);
  const there = follow ? undefined : await findChannel(store, name);
  if (typeof there === 'object') return { channel: name, release: there.channel.release, leftOut: [] };
  const { manifest, leftOut } = await publish(store, directory, { onProgress });
  const { channel } = await promote(store, manifest.id, name);
  return { channel: name, release: channel.release, leftOut };
}
