import { at, blocks, mustBe, type Inspected, type Rule } from './rule.ts';

const type = 'azurerm_storage_account';

export const storageRules: readonly Rule[] = [
  {
    id: 'CKV_AZURE_34',
    type: 'azurerm_storage_container',
    demand: 'container_access_type is private',
    reason: 'Models are not for the public.',
    holds: mustBe(['container_access_type'], 'private'),
  },
  {
    id: 'CKV_AZURE_35',
    type,
    demand: 'network_rules deny by default',
    reason: 'Only the network’s own parts have business there.',
    holds: mustBe(['network_rules', 'default_action'], 'Deny'),
  },
  {
    id: 'CKV_AZURE_36',
    type,
    demand: 'network_rules let Azure’s trusted services pass',
    reason: 'Event Grid delivers promotions that way.',
    holds: ({ arguments: all }) => blocks(at(all, 'network_rules', 'bypass')).includes('AzureServices'),
  },
  {
    id: 'CKV_AZURE_44',
    type,
    demand: 'min_tls_version is TLS1_2',
    reason: 'Older versions are broken.',
    holds: mustBe(['min_tls_version'], 'TLS1_2', 'TLS1_3'),
  },
  {
    id: 'CKV_AZURE_59',
    type,
    demand: 'public_network_access_enabled is false',
    reason: 'Everything that needs the account has a private endpoint.',
    holds: mustBe(['public_network_access_enabled'], false),
    exceptions: [
      {
        when: 'cluster.access: authorisedRanges, everything else denied',
        reason: 'Operators publish releases from their own addresses.',
        applies: ({ cluster }, { arguments: all }) =>
          cluster.access === 'authorisedRanges' && at(all, 'network_rules', 'default_action') === 'Deny',
      },
    ],
  },
  ...['CKV_AZURE_190', 'CKV2_AZURE_47'].map((id): Rule => ({
    id,
    type,
    demand: 'allow_nested_items_to_be_public is false',
    reason: 'No mistake in a container can then make it public.',
    holds: mustBe(['allow_nested_items_to_be_public'], false),
  })),
  {
    id: 'CKV_AZURE_206',
    type,
    demand: 'the account is replicated to another region',
    reason: 'A region that fails takes its storage along.',
    holds: mustBe(['account_replication_type'], 'GRS', 'RAGRS', 'GZRS', 'RAGZRS'),
    exceptions: [
      {
        when: 'storage.replication: LRS or ZRS',
        reason: 'Releases are published again from their sources, and the region’s cluster is gone too.',
        applies: ({ storage }) => storage.replication === 'LRS' || storage.replication === 'ZRS',
      },
    ],
  },
  {
    id: 'CKV_AZURE_244',
    type,
    demand: 'local_user_enabled is false',
    reason: 'Local users have passwords that Entra ID knows nothing of.',
    holds: mustBe(['local_user_enabled'], false),
  },
  {
    id: 'CKV2_AZURE_33',
    type,
    demand: 'the account has a private endpoint',
    reason: 'Pods and functions reach it without leaving the network.',
    holds: (resource) => hasEndpoint(resource, 'blob'),
  },
  {
    id: 'CKV2_AZURE_38',
    type,
    demand: 'deleted blobs are kept for a while',
    reason: 'A release that was deleted by mistake comes back.',
    holds: ({ arguments: all }) => Number(at(all, 'blob_properties', 'delete_retention_policy', 'days') ?? 0) >= 7,
  },
  {
    id: 'CKV2_AZURE_40',
    type,
    demand: 'shared_access_key_enabled is false',
    reason: 'A key is everything, for everybody, until somebody rotates it.',
    holds: mustBe(['shared_access_key_enabled'], false),
  },
  {
    id: 'CKV2_AZURE_41',
    type,
    demand: 'sas_policy limits how long a signature lasts',
    reason: 'Should shared keys ever be turned on, signatures still end.',
    holds: ({ arguments: all }) => at(all, 'sas_policy', 'expiration_period') !== undefined,
  },
];

/** Whether a private endpoint of the stack is for this part of a service. */
export function hasEndpoint(resource: Inspected, part: string): boolean {
  return resource
    .siblings('azurerm_private_endpoint')
    .some((endpoint) => blocks(at(endpoint, 'private_service_connection', 'subresource_names')).includes(part));
}
