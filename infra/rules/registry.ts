import { at, mustBe, type Rule } from './rule.ts';

const type = 'azurerm_container_registry';

export const registryRules: readonly Rule[] = [
  {
    id: 'CKV_AZURE_137',
    type,
    demand: 'admin_enabled is false',
    reason: 'The admin account is one password for everybody.',
    holds: mustBe(['admin_enabled'], false),
  },
  {
    id: 'CKV_AZURE_138',
    type,
    demand: 'anonymous_pull_enabled is false',
    reason: 'Images hold code that is nobody else’s business.',
    holds: mustBe(['anonymous_pull_enabled'], false),
  },
  {
    id: 'CKV_AZURE_139',
    type,
    demand: 'public_network_access_enabled is false',
    reason: 'Nodes pull through the private endpoint.',
    holds: mustBe(['public_network_access_enabled'], false),
    exceptions: [
      {
        when: 'cluster.access: authorisedRanges, everything else denied',
        reason: 'Operators push from their own addresses.',
        applies: ({ cluster }, { arguments: all }) =>
          cluster.access === 'authorisedRanges' && at(all, 'network_rule_set', 'default_action') === 'Deny',
      },
    ],
  },
  {
    id: 'CKV_AZURE_163',
    type,
    demand: 'sku is Standard or Premium',
    reason: 'Defender scans images there.',
    holds: mustBe(['sku'], 'Standard', 'Premium'),
  },
  {
    id: 'CKV_AZURE_164',
    type,
    demand: 'trust_policy_enabled is true',
    reason: 'Only signed images are run.',
    holds: mustBe(['trust_policy_enabled'], true),
    exceptions: [
      {
        when: 'always',
        reason:
          'Azure has retired Docker Content Trust. Images are deployed by their digest, which no push can change.',
        applies: () => true,
      },
    ],
  },
  {
    id: 'CKV_AZURE_165',
    type,
    demand: 'the registry is replicated to another region',
    reason: 'A region that fails takes its registry along.',
    holds: ({ arguments: all }) => all['georeplications'] !== undefined,
    exceptions: [
      {
        when: 'always',
        reason: 'An environment lives in one region; images are built again from the sources (docs/operations.md).',
        applies: () => true,
      },
    ],
  },
  {
    id: 'CKV_AZURE_166',
    type,
    demand: 'quarantine_policy_enabled is true',
    reason: 'Images are pulled only after they have been scanned.',
    holds: mustBe(['quarantine_policy_enabled'], true),
    exceptions: [
      {
        when: 'always',
        reason:
          'Nothing releases images from quarantine by itself; images are built from listed packages (their bill of materials) and deployed by digest.',
        applies: () => true,
      },
    ],
  },
  {
    id: 'CKV_AZURE_167',
    type,
    demand: 'retention_policy_in_days is set',
    reason: 'Untagged images pile up otherwise.',
    holds: ({ arguments: all }) => Number(all['retention_policy_in_days'] ?? 0) > 0,
  },
  {
    id: 'CKV_AZURE_233',
    type,
    demand: 'zone_redundancy_enabled is true',
    reason: 'Nodes that start during a zone’s outage must find their image.',
    holds: mustBe(['zone_redundancy_enabled'], true),
    exceptions: [
      {
        when: 'zones has one entry',
        reason: 'An environment of one zone is lost with it anyway.',
        applies: ({ zones }) => zones.length === 1,
      },
    ],
  },
  {
    id: 'CKV_AZURE_237',
    type,
    demand: 'data_endpoint_enabled is true',
    reason: 'Firewalls can name the registry’s own storage instead of everybody’s.',
    holds: mustBe(['data_endpoint_enabled'], true),
  },
];
