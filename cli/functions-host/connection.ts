import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { QueueServiceClient } from '@azure/storage-queue';
import { UserError } from '../../service/errors.ts';
import type { AppSettings } from './app-settings.ts';

/**
 * The queue service that a binding's `connection` names: a connection string in the setting of that name, or an identity-based
 * connection in the settings `NAME__queueServiceUri` (or `NAME__accountName`), `NAME__credential` and `NAME__clientId`.
 * https://learn.microsoft.com/azure/azure-functions/functions-reference#common-properties-for-identity-based-connections
 *
 * @throws UserError naming the settings when there is neither, or when a connection string is none.
 */
export function queueService(connection: string, settings: AppSettings, where: string): QueueServiceClient {
  for (const name of [`AzureWebJobs${connection}`, connection]) {
    const text = settings[name];
    if (text) {
      try {
        return QueueServiceClient.fromConnectionString(text);
      } catch (error) {
        throw new UserError(
          `${where}: the app setting ${name} is no storage connection string: ${(error as Error).message}`,
        );
      }
    }
    const account = settings[`${name}__accountName`];
    const url = settings[`${name}__queueServiceUri`] ?? (account && `https://${account}.queue.core.windows.net`);
    if (url) return new QueueServiceClient(url, credentialOf(name, settings, where));
  }
  throw new UserError(
    `${where}: the app setting ${connection} is missing: a connection string, or ${connection}__queueServiceUri for an identity`,
  );
}

function credentialOf(name: string, settings: AppSettings, where: string): TokenCredential {
  const kind = settings[`${name}__credential`];
  const clientId = settings[`${name}__clientId`];
  if (kind === undefined) return new DefaultAzureCredential();
  if (kind.toLowerCase() === 'managedidentity') {
    return clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential();
  }
  throw new UserError(`${where}: the app setting ${name}__credential is "${kind}", expected "managedidentity"`);
}
