import { UserError } from '../service/errors.ts';
import { readChannel, writeChannel, type Channel } from './channel.ts';
import { checkComplete } from './check.ts';
import type { Promotion } from './promote.ts';
import type { Store } from './store.ts';

/**
 * Points a channel to the release that was promoted before the present one, and forgets the present one: rolling back
 * again goes one further back.
 * @param now the clock, for the channel's date
 * @throws UserError when there is no such channel or no release before, when that release is damaged, and when somebody
 *   else changes the channel at the same time
 */
export async function rollback(
  store: Store,
  channelName: string,
  { now = () => new Date() }: { now?: () => Date } = {},
): Promise<Promotion> {
  const was = await readChannel(store, channelName);
  const [release, ...previous] = was.channel.previous;
  if (release === undefined) {
    throw new UserError(`the channel ${channelName} has no release before ${was.channel.release} to roll back to`);
  }
  await checkComplete(store, release);
  const channel: Channel = { ...was.channel, release, previous, promotedAt: now().toISOString() };
  await writeChannel(store, channel, was);
  return { channel, before: was.channel.release };
}
