import { azuriteAccount, azuriteKey } from '../../releases/store.ts';
import type { Azurite } from './azurite.ts';

/** Azurite's connection string, with its public key: for the queue, which the Functions host reads by one. */
export function connectionString({ blobUrl, queueUrl }: Azurite): string {
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${azuriteAccount}`,
    `AccountKey=${azuriteKey}`,
    `BlobEndpoint=${blobUrl}`,
    `QueueEndpoint=${queueUrl}`,
    '',
  ].join(';');
}
