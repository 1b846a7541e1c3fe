import type { ContainerClient } from '@azure/storage-blob';
import { atStore, codeOf, statusOf } from './failure.ts';
import type { Store } from './store.ts';

/**
 * Makes a container when there is none. In the cloud the infrastructure has made it, and an identity that may write
 * blobs need not be allowed to make containers: a refusal is passed over, the next request tells.
 */
export async function ensureContainer(container: ContainerClient, store: Store): Promise<void> {
  await atStore(store, `make the container ${container.containerName}`, undefined, async (abortSignal) => {
    try {
      const { succeeded } = await container.createIfNotExists({ abortSignal });
      if (succeeded) store.logger?.info({ store: store.url, container: container.containerName }, 'container made');
    } catch (error) {
      if (statusOf(error) !== 403 && codeOf(error) !== 'ContainerAlreadyExists') throw error;
    }
  });
}
