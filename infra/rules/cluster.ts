import { at, mustBe, type Exception, type Inspected, type Rule } from './rule.ts';

const openedToOperators: Exception = {
  when: 'cluster.access: authorisedRanges',
  reason: 'The API server is open to operators.ipRanges and the NAT gateway’s address alone; production uses private.',
  applies: ({ cluster }) => cluster.access === 'authorisedRanges',
};

/** A rule for a pool's arguments, in the cluster's default pool and in pools of their own. */
function forPools(rule: Omit<Rule, 'type' | 'holds'>, holds: (pool: unknown) => boolean): Rule[] {
  return [
    {
      ...rule,
      type: 'azurerm_kubernetes_cluster',
      holds: ({ arguments: all }: Inspected) => holds(at(all, 'default_node_pool')),
    },
    { ...rule, type: 'azurerm_kubernetes_cluster_node_pool', holds: ({ arguments: all }: Inspected) => holds(all) },
  ];
}

const type = 'azurerm_kubernetes_cluster';

export const clusterRules: readonly Rule[] = [
  {
    id: 'CKV_AZURE_4',
    type,
    demand: 'oms_agent sends logs to Log Analytics',
    reason: 'An incident without logs can’t be understood.',
    holds: ({ arguments: all }) => at(all, 'oms_agent', 'log_analytics_workspace_id') !== undefined,
  },
  {
    id: 'CKV_AZURE_5',
    type,
    demand: 'role_based_access_control_enabled is true',
    reason: 'Without it everyone who gets in may do everything.',
    holds: mustBe(['role_based_access_control_enabled'], true),
  },
  {
    id: 'CKV_AZURE_6',
    type,
    demand: 'the API server is private or has authorised ranges',
    reason: 'An open API server is one stolen token away from the cluster.',
    holds: ({ arguments: all }) =>
      all['private_cluster_enabled'] === true ||
      ((at(all, 'api_server_access_profile', 'authorized_ip_ranges') as unknown[] | undefined)?.length ?? 0) > 0,
  },
  {
    id: 'CKV_AZURE_7',
    type,
    demand: 'network_profile has a network_policy',
    reason: 'Without one every pod reaches every other.',
    holds: mustBe(['network_profile', 'network_policy'], 'cilium', 'azure', 'calico'),
  },
  {
    id: 'CKV_AZURE_115',
    type,
    demand: 'private_cluster_enabled is true',
    reason: 'What has no public address can’t be attacked from the Internet.',
    holds: mustBe(['private_cluster_enabled'], true),
    exceptions: [openedToOperators],
  },
  {
    id: 'CKV_AZURE_116',
    type,
    demand: 'azure_policy_enabled is true',
    reason: 'The organisation’s policies hold inside the cluster too.',
    holds: mustBe(['azure_policy_enabled'], true),
  },
  {
    id: 'CKV_AZURE_117',
    type,
    demand: 'disk_encryption_set_id is set',
    reason: 'Disks are encrypted with a key of one’s own.',
    holds: ({ arguments: all }) => all['disk_encryption_set_id'] !== undefined,
    exceptions: [
      {
        when: 'OS disks are ephemeral and hosts encrypt',
        reason:
          'There is no managed disk to encrypt: OS disks are on the host, encrypted there, and gone with the node.',
        applies: (_, { arguments: all }) =>
          at(all, 'default_node_pool', 'os_disk_type') === 'Ephemeral' &&
          at(all, 'default_node_pool', 'host_encryption_enabled') === true,
      },
    ],
  },
  {
    id: 'CKV_AZURE_141',
    type,
    demand: 'local_account_disabled is true',
    reason: 'A local admin certificate can’t be revoked and belongs to nobody.',
    holds: mustBe(['local_account_disabled'], true),
  },
  ...forPools(
    {
      id: 'CKV_AZURE_143',
      demand: 'nodes have no public addresses',
      reason: 'Nothing on a node is for the Internet.',
    },
    (pool) => at(pool, 'node_public_ip_enabled') !== true,
  ),
  ...forPools(
    {
      id: 'CKV_AZURE_168',
      demand: 'max_pods is at least 50',
      reason: 'The agents alone fill a node that takes few pods.',
    },
    (pool) => Number(at(pool, 'max_pods') ?? 0) >= 50,
  ),
  {
    id: 'CKV_AZURE_170',
    type,
    demand: 'sku_tier is Standard or Premium',
    reason: 'The free control plane has no service level.',
    holds: mustBe(['sku_tier'], 'Standard', 'Premium'),
    exceptions: [
      {
        when: 'cluster.tier: Free',
        reason: 'An environment for trying out needs no promise from Azure.',
        applies: ({ cluster }) => cluster.tier === 'Free',
      },
    ],
  },
  {
    id: 'CKV_AZURE_171',
    type,
    demand: 'automatic_upgrade_channel is set',
    reason: 'Clusters that nobody upgrades are left without fixes.',
    holds: mustBe(['automatic_upgrade_channel'], 'patch', 'stable', 'rapid', 'node-image'),
  },
  {
    id: 'CKV_AZURE_172',
    type,
    demand: 'key_vault_secrets_provider rotates secrets',
    reason: 'A renewed certificate reaches the pods without a deployment.',
    holds: mustBe(['key_vault_secrets_provider', 'secret_rotation_enabled'], true),
  },
  ...forPools(
    {
      id: 'CKV_AZURE_226',
      demand: 'os_disk_type is Ephemeral',
      reason: 'Nodes start faster, and nothing of them stays behind.',
    },
    (pool) => at(pool, 'os_disk_type') === 'Ephemeral',
  ),
  ...forPools(
    {
      id: 'CKV_AZURE_227',
      demand: 'host_encryption_enabled is true',
      reason: 'Temporary disks and caches hold models and requests.',
    },
    (pool) => at(pool, 'host_encryption_enabled') === true,
  ),
  {
    id: 'CKV_AZURE_232',
    type,
    demand: 'the system pool runs critical add-ons alone',
    reason: 'A busy service must not starve DNS.',
    holds: mustBe(['default_node_pool', 'only_critical_addons_enabled'], true),
  },
  {
    id: 'CKV2_AZURE_29',
    type,
    demand: 'network_plugin is azure',
    reason: 'kubenet has no network policies of this kind and is retired.',
    holds: mustBe(['network_profile', 'network_plugin'], 'azure'),
  },
  {
    id: 'PENSTOCK_1',
    type,
    demand: 'no authorised ranges on a private cluster',
    reason: 'Azure refuses the two together, after the provider has let them through.',
    holds: ({ arguments: all }) =>
      !(all['private_cluster_enabled'] === true && at(all, 'api_server_access_profile', 'authorized_ip_ranges')),
  },
  {
    id: 'PENSTOCK_2',
    type,
    demand: 'run_command_enabled is false',
    reason: 'Commands from the portal pass by the network and the audit log of the API server.',
    holds: mustBe(['run_command_enabled'], false),
  },
  {
    id: 'PENSTOCK_3',
    type,
    demand: 'Azure RBAC decides in the cluster, and workloads have identities',
    reason: 'One place says who may do what; pods hold no secrets.',
    holds: ({ arguments: all }) =>
      at(all, 'azure_active_directory_role_based_access_control', 'azure_rbac_enabled') === true &&
      all['oidc_issuer_enabled'] === true &&
      all['workload_identity_enabled'] === true,
  },
];
