import { at, mustBe, type Rule } from './rule.ts';
import { hasEndpoint } from './storage.ts';

const type = 'azurerm_key_vault';

export const vaultRules: readonly Rule[] = [
  {
    id: 'CKV_AZURE_41',
    type: 'azurerm_key_vault_secret',
    demand: 'expiration_date is set',
    reason: 'A secret that ends is rotated.',
    holds: ({ arguments: all }) => all['expiration_date'] !== undefined,
    exceptions: [
      {
        when: 'a copy of a subscription key',
        reason:
          'The key itself has no end; `penstock keys rotate` replaces both. An expired copy would only stop the probes.',
        applies: (_, { arguments: all }) => String(all['content_type']).startsWith('API Management subscription key'),
      },
    ],
  },
  ...['CKV_AZURE_42', 'CKV_AZURE_110'].map((id): Rule => ({
    id,
    type,
    demand: 'purge_protection_enabled is true, deleted secrets are kept for a week at least',
    reason: 'Not even an owner can destroy keys at once.',
    holds: ({ arguments: all }) =>
      all['purge_protection_enabled'] === true && Number(all['soft_delete_retention_days'] ?? 90) >= 7,
  })),
  {
    id: 'CKV_AZURE_109',
    type,
    demand: 'network_acls deny by default',
    reason: 'A stolen token is worth less outside the network.',
    holds: mustBe(['network_acls', 'default_action'], 'Deny'),
  },
  {
    id: 'CKV_AZURE_189',
    type,
    demand: 'public_network_access_enabled is false',
    reason: 'Everything that needs the vault is in the network or a trusted service.',
    holds: mustBe(['public_network_access_enabled'], false),
    exceptions: [
      {
        when: 'cluster.access: authorisedRanges, everything else denied',
        reason: 'Operators deploy from their own addresses.',
        applies: ({ cluster }, { arguments: all }) =>
          cluster.access === 'authorisedRanges' && at(all, 'network_acls', 'default_action') === 'Deny',
      },
    ],
  },
  {
    id: 'CKV2_AZURE_32',
    type,
    demand: 'the vault has a private endpoint',
    reason: 'Pods and functions reach it without leaving the network.',
    holds: (resource) => hasEndpoint(resource, 'vault'),
  },
  {
    id: 'PENSTOCK_4',
    type,
    demand: 'rbac_authorization_enabled is true',
    reason: 'Access policies are all or nothing, and Entra’s logs don’t show them.',
    holds: mustBe(['rbac_authorization_enabled'], true),
  },
];
