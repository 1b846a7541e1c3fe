import { createProbeReader } from '../../functions/release-probes.ts';
import { readChannel } from '../../releases/channel.ts';
import { openStore } from '../../releases/store.ts';
import type { CalledProbe } from './probes.ts';

/** The probes of the release that a channel of a store points at. @throws UserError when there is none */
export async function promotedProbes(storeUrl: string, channel: string): Promise<readonly CalledProbe[]> {
  const store = openStore(storeUrl);
  const promoted = await readChannel(store, channel);
  return (await createProbeReader(store)(promoted.channel.release)).probes;
}
