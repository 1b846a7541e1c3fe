import { findChannel } from '../../releases/channel.ts';
import { promote } from '../../releases/promote.ts';
import { publish } from '../../releases/publish.ts';
import type { Store } from '../../releases/store.ts';
import { loadService } from '../../service/load.ts';

/**
 * Makes the store's channel of a service's name serve what is in `directory`. A channel that exists stays where somebody
 * promoted it, unless `follow` says that the directory is the truth.
 *
 * @returns the channel and the release that it points to
 */
export async function publishService(
  store: Store,
  directory: string,
  { follow }: { follow: boolean },
): Promise<{ channel: string; release: string }> {
  const { name } = await loadService(directory);
  const there = follow ? undefined : await findChannel(store, name);
  if (typeof there === 'object') return { channel: name, release: there.channel.release };
  const { manifest } = await publish(store, directory);
  const { channel } = await promote(store, manifest.id, name);
  return { channel: name, release: channel.release };
}
