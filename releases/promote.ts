import { UserError } from '../service/errors.ts';
import { findChannel, writeChannel, type Channel, type ChannelReading } from './channel.ts';
import { checkComplete } from './check.ts';
import { parseReleaseId } from './id.ts';
import type { Store } from './store.ts';

export interface Promotion {
  /** The channel as it is now. */
  readonly channel: Channel;
  /** The release that it pointed to before; undefined when it is new, the same when nothing had to change. */
  readonly before: string | undefined;
}

/** How many earlier releases a channel remembers. */
const remembered = 20;

/**
 * Points a channel to a release, and makes the channel when there is none.
 * @param now the clock, for the channel's date
 * @throws UserError when the release is missing, incomplete or damaged, when the channel is another service's, and when
 *   somebody else changes the channel at the same time
 */
export async function promote(
  store: Store,
  release: string,
  channelName: string,
  { now = () => new Date() }: { now?: () => Date } = {},
): Promise<Promotion> {
  const { service } = parseReleaseId(release);
  const was = await readForWriting(store, channelName);
  if (was !== undefined && was.channel.service !== service) {
    throw new UserError(
      `the channel ${channelName} belongs to the service ${was.channel.service}; ${release} is a release of ${service}`,
    );
  }
  await checkComplete(store, release);
  if (was?.channel.release === release) return { channel: was.channel, before: release };

  const previous = was === undefined ? [] : [was.channel.release, ...was.channel.previous];
  const channel: Channel = {
    name: channelName,
    service,
    release,
    promotedAt: now().toISOString(),
    previous: previous.filter((id) => id !== release).slice(0, remembered),
  };
  await writeChannel(store, channel, was);
  return { channel, before: was?.channel.release };
}

async function readForWriting(store: Store, name: string): Promise<ChannelReading | undefined> {
  const found = await findChannel(store, name);
  return found === 'unchanged' ? undefined : found;
}
