import type { QueueClient } from '@azure/storage-queue';
import { findChannel, listChannels } from '../../releases/channel.ts';
import { promotionEvent, queueMessageOf } from '../../releases/events.ts';
import type { Store } from '../../releases/store.ts';
import type { Milliseconds } from '../../service/units.ts';

export interface EventGridOptions {
  readonly store: Store;
  readonly queue: QueueClient;
  readonly every: Milliseconds;
}

/**
 * Stands in for Event Grid, which Azurite lacks: looks at the channels and puts an event on the queue when one has been
 * written, as the system topic in the cloud does. What was there at the start raises no event.
 */
export async function startEventGrid({ store, queue, every }: EventGridOptions): Promise<{
  stop(): Promise<void>;
}> {
  await queue.createIfNotExists();
  const seen = new Map<string, string>();

  const look = async (announce: boolean) => {
    for (const { name } of await listChannels(store)) {
      const found = await findChannel(store, name, { etag: seen.get(name) });
      if (found === undefined || found === 'unchanged') continue;
      seen.set(name, found.etag);
      if (!announce) continue;
      const event = promotionEvent({ storeUrl: store.url, channel: name, etag: found.etag, time: new Date() });
      await queue.sendMessage(queueMessageOf(event));
    }
  };

  await look(false);
  let stopped = false;
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking
      .then(() => (stopped ? undefined : look(true)))
      .catch((error: unknown) => store.logger?.warn({ err: error as Error }, 'could not look at the channels'));
  }, every);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await looking;
    },
  };
}
