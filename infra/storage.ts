import type { StorageAccountConfig } from '@cdktf/provider-azurerm/lib/storage-account/index.js';
import type { Environment } from './config.ts';

/** What every storage account of ours sets: Entra ID alone, TLS 1.2, nothing public, nothing gone at once. */
export function hardenedStorage(
  environment: Environment,
): Omit<StorageAccountConfig, 'name' | 'resourceGroupName' | 'networkRules'> {
  const { region, storage, retention, cluster } = environment;
  return {
    location: region,
    accountTier: 'Standard',
    accountKind: 'StorageV2',
    accountReplicationType: storage.replication,
    sharedAccessKeyEnabled: false,
    defaultToOauthAuthentication: true,
    allowNestedItemsToBePublic: false,
    publicNetworkAccessEnabled: cluster.access === 'authorisedRanges',
    httpsTrafficOnlyEnabled: true,
    minTlsVersion: 'TLS1_2',
    localUserEnabled: false,
    crossTenantReplicationEnabled: false,
    allowedCopyScope: 'AAD',
    infrastructureEncryptionEnabled: true,
    // Shared keys are off; should they ever be on, a signature lasts a day.
    sasPolicy: { expirationPeriod: '01.00:00:00' },
    blobProperties: {
      versioningEnabled: true,
      changeFeedEnabled: true,
      changeFeedRetentionInDays: retention.deletedDays,
      deleteRetentionPolicy: { days: retention.deletedDays },
      containerDeleteRetentionPolicy: { days: retention.deletedDays },
    },
  };
}
