import { KeyVault } from '@cdktf/provider-azurerm/lib/key-vault/index.js';
import test from 'ava';
import { App, Aspects } from 'cdktf';
import { readFile } from 'node:fs/promises';
import type { Environment } from '../../infra/config.ts';
import { NetworkStack } from '../../infra/network.ts';
import type { Inspected, Rule } from '../../infra/rules/rule.ts';
import { Rules, rules, violationsOf } from '../../infra/rules/rules.ts';
import { securityTable } from '../../infra/rules/table.ts';
import { UserError } from '../../service/errors.ts';
import { environment } from '../support/environment.ts';
import { samplePolicies, synth, type Synthesised } from '../support/infra.ts';

const production = environment({ storage: { replication: 'GZRS' } });
const { stacks } = await synth(production, samplePolicies(production));

type Json = Record<string, unknown>;
/** Arguments that break a rule, by its id: the place and what stands there (undefined: nothing). */
const violations: Record<string, [string, unknown]> = {
  CKV_AZURE_4: ['oms_agent', undefined],
  CKV_AZURE_5: ['role_based_access_control_enabled', false],
  CKV_AZURE_6: ['private_cluster_enabled', false],
  CKV_AZURE_7: ['network_profile.network_policy', undefined],
  CKV_AZURE_34: ['container_access_type', 'blob'],
  CKV_AZURE_35: ['network_rules.default_action', 'Allow'],
  CKV_AZURE_36: ['network_rules.bypass', ['None']],
  CKV_AZURE_41: ['content_type', 'text/plain'],
  CKV_AZURE_42: ['purge_protection_enabled', false],
  CKV_AZURE_44: ['min_tls_version', 'TLS1_0'],
  CKV_AZURE_59: ['public_network_access_enabled', true],
  CKV_AZURE_107: ['virtual_network_configuration', undefined],
  CKV_AZURE_109: ['network_acls.default_action', 'Allow'],
  CKV_AZURE_110: ['purge_protection_enabled', undefined],
  CKV_AZURE_115: ['private_cluster_enabled', false],
  CKV_AZURE_116: ['azure_policy_enabled', false],
  CKV_AZURE_117: ['default_node_pool.os_disk_type', 'Managed'],
  CKV_AZURE_137: ['admin_enabled', true],
  CKV_AZURE_138: ['anonymous_pull_enabled', true],
  CKV_AZURE_139: ['public_network_access_enabled', true],
  CKV_AZURE_141: ['local_account_disabled', false],
  CKV_AZURE_143: ['node_public_ip_enabled', true],
  CKV_AZURE_163: ['sku', 'Basic'],
  CKV_AZURE_164: ['trust_policy_enabled', false],
  CKV_AZURE_165: ['georeplications', undefined],
  CKV_AZURE_166: ['quarantine_policy_enabled', false],
  CKV_AZURE_167: ['retention_policy_in_days', undefined],
  CKV_AZURE_168: ['max_pods', 30],
  CKV_AZURE_170: ['sku_tier', 'Free'],
  CKV_AZURE_171: ['automatic_upgrade_channel', undefined],
  CKV_AZURE_172: ['key_vault_secrets_provider.secret_rotation_enabled', false],
  CKV_AZURE_173: ['security', { backend_tls10_enabled: true }],
  CKV_AZURE_174: ['public_network_access_enabled', true],
  CKV_AZURE_189: ['public_network_access_enabled', true],
  CKV_AZURE_190: ['allow_nested_items_to_be_public', true],
  CKV_AZURE_206: ['account_replication_type', 'LRS'],
  CKV_AZURE_211: ['sku_name', 'F1'],
  CKV_AZURE_212: ['sku_name', 'P1v3'],
  CKV_AZURE_215: ['url', 'http://boston-housing'],
  CKV_AZURE_225: ['sku_name', 'P1v3'],
  CKV_AZURE_226: ['os_disk_type', 'Managed'],
  CKV_AZURE_227: ['host_encryption_enabled', false],
  CKV_AZURE_232: ['default_node_pool.only_critical_addons_enabled', false],
  CKV_AZURE_233: ['zone_redundancy_enabled', false],
  CKV_AZURE_237: ['data_endpoint_enabled', false],
  CKV_AZURE_244: ['local_user_enabled', true],
  CKV2_AZURE_29: ['network_profile.network_plugin', 'kubenet'],
  CKV2_AZURE_32: ['(siblings)', undefined],
  CKV2_AZURE_33: ['(siblings)', undefined],
  CKV2_AZURE_38: ['blob_properties.delete_retention_policy', undefined],
  CKV2_AZURE_40: ['shared_access_key_enabled', true],
  CKV2_AZURE_41: ['sas_policy', undefined],
  CKV2_AZURE_47: ['allow_nested_items_to_be_public', undefined],
  CKV_K8S_8: ['spec.template.spec.container.0.liveness_probe', undefined],
  CKV_K8S_9: ['spec.template.spec.container.0.readiness_probe', undefined],
  CKV_K8S_10: ['spec.template.spec.container.0.resources.requests.cpu', undefined],
  CKV_K8S_11: ['spec.template.spec.container.0.resources.limits.cpu', undefined],
  CKV_K8S_12: ['spec.template.spec.container.0.resources.requests.memory', undefined],
  CKV_K8S_13: ['spec.template.spec.container.0.resources.limits', undefined],
  CKV_K8S_14: ['spec.template.spec.container.0.image', 'r.azurecr.io/penstock/x:latest'],
  CKV_K8S_15: ['spec.template.spec.container.0.image_pull_policy', 'IfNotPresent'],
  CKV_K8S_16: ['spec.template.spec.container.0.security_context.privileged', true],
  CKV_K8S_17: ['spec.template.spec.host_pid', true],
  CKV_K8S_18: ['spec.template.spec.host_ipc', true],
  CKV_K8S_19: ['spec.template.spec.host_network', true],
  CKV_K8S_20: ['spec.template.spec.container.0.security_context.allow_privilege_escalation', true],
  CKV_K8S_21: ['metadata.namespace', 'default'],
  CKV_K8S_22: ['spec.template.spec.container.0.security_context.read_only_root_filesystem', false],
  CKV_K8S_28: ['spec.template.spec.container.0.security_context.capabilities.drop', ['NET_ADMIN']],
  CKV_K8S_29: ['spec.template.spec.security_context', undefined],
  CKV_K8S_30: ['spec.template.spec.container.0.security_context', undefined],
  CKV_K8S_37: ['spec.template.spec.container.0.security_context.capabilities', undefined],
  CKV_K8S_43: ['spec.template.spec.container.0.image', 'r.azurecr.io/penstock/x:1.2'],
  PENSTOCK_1: ['api_server_access_profile', { authorized_ip_ranges: ['203.0.113.0/29'] }],
  PENSTOCK_2: ['run_command_enabled', true],
  PENSTOCK_3: ['workload_identity_enabled', false],
  PENSTOCK_4: ['rbac_authorization_enabled', false],
  PENSTOCK_5: ['tls.validate_certificate_chain', false],
  PENSTOCK_6: ['allow_tracing', true],
  PENSTOCK_7: ['frontend_request.headers_to_log', ['Authorization']],
  PENSTOCK_8: ['protocols', ['http', 'https']],
  PENSTOCK_9: ['https_only', false],
  PENSTOCK_10: ['app_settings', { PENSTOCK_KEY: '0123456789abcdef' }],
  PENSTOCK_11: ['spec.external_traffic_policy', 'Cluster'],
  PENSTOCK_12: ['spec.template.spec.automount_service_account_token', true],
  PENSTOCK_13: ['spec.template.spec.container.0.resources.requests.cpu', '1'],
};
/** Rules whose exception holds in every environment: they can't be violated, only printed. */
const excused = new Set(
  rules.filter(({ exceptions = [] }) => exceptions.some(({ when }) => when === 'always')).map(({ id }) => id),
);

for (const rule of rules) {
  test(`${rule.id} finds ${rule.type} without ${rule.demand}`, (t) => {
    const [path, value] = violations[rule.id] ?? ['', undefined];
    t.not(path, '', 'no violating arguments in this test');
    const good = inspected(rule.type);
    const bad = broken(good, rule, path, value);
    if (!excused.has(rule.id)) t.deepEqual(ids(good, production, [rule]), []);
    t.false(rule.holds(bad));
    t.deepEqual(ids(bad, production, [rule]), excused.has(rule.id) ? [] : [rule.id]);
  });
}

/** The checks that a reviewer of these resources asks about: `CKV_AZURE_4–7` are four. */
const asked = [
  [
    'CKV_AZURE_',
    '4-7 34-36 41 42 44 59 107 109 110 115-117 137-139 141 143 163-168 170-174 189 190 206 211 212 215 225-227 232 233 237 244',
  ],
  ['CKV2_AZURE_', '29 32 33 38 40 41 47'],
  ['CKV_K8S_', '8-22 28-30 37 43'],
] as const;

test('no check that was asked for is missing', (t) => {
  const ids = asked.flatMap(([prefix, list]) =>
    list.split(' ').flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => `${prefix}${first + index}`);
    }),
  );
  t.is(ids.length, 73);
  t.deepEqual(
    ids.filter((id) => !rules.some((rule) => rule.id === id)),
    [],
  );
});

test('no test outlives its rule', (t) => {
  t.deepEqual(
    Object.keys(violations).filter((id) => !rules.some((rule) => rule.id === id)),
    [],
  );
});

const openChanges = {
  operators: { groups: [production.tenant], ipRanges: ['203.0.113.8/29'] },
  cluster: { ...production.cluster, access: 'authorisedRanges' },
};

test('an exception holds only where the configuration says so', (t) => {
  const vault = inspected('azurerm_key_vault');
  const opened = broken(vault, undefined, 'public_network_access_enabled', true);
  t.deepEqual(ids(opened, production), ['CKV_AZURE_189']);
  t.deepEqual(ids(opened, environment(openChanges)), []);
  const allowing = broken(opened, undefined, 'network_acls.default_action', 'Allow');
  t.deepEqual(ids(allowing, environment(openChanges)), ['CKV_AZURE_109', 'CKV_AZURE_189']);
});

test('every exception says when and why', (t) => {
  for (const { id, exceptions = [] } of rules) {
    for (const { when, reason } of exceptions) t.true(when.length > 4 && reason.length > 20, id);
  }
});

test('synth fails on a violation, and says what to do about it', (t) => {
  const app = new App({ outdir: '/nonexistent' });
  const stack = new NetworkStack(app, production);
  new KeyVault(stack, 'careless', {
    name: 'kv-careless',
    resourceGroupName: 'x',
    location: 'x',
    tenantId: production.tenant,
    skuName: 'standard',
  });
  const aspect = new Rules(production);
  Aspects.of(stack).add(aspect);
  const error = t.throws(() => aspect.visit(stack.node.findChild('careless')), { instanceOf: UserError });
  t.regex(error.message, /network: azurerm_key_vault\.careless breaks CKV_AZURE_110: purge_protection_enabled is true/);
  t.throws(() => app.synth(), { message: /careless breaks CKV_AZURE_109/ });
});

test('docs/security.md has every rule and exception', async (t) => {
  const document = await readFile(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const plain = (text: string) => text.replace(/ +/g, ' ').replace(/ ?-+ ?(?=\|)/g, '-');
  t.true(plain(document).includes(plain(securityTable())), 'run: npx node infra/rules/table.ts');
});

function ids(resource: Inspected, where: Environment, chosen?: readonly Rule[]): string[] {
  return violationsOf(resource, where, chosen).map(({ rule }) => rule.id);
}

function inspected(type: string): Inspected {
  const stack = Object.values(stacks).find(({ resource }) => resource[type] !== undefined);
  if (stack === undefined) throw new Error(`no stack has ${type}`);
  const [name, all] = Object.entries(stack.resource[type]!)[0]!;
  return { address: `${type}.${name}`, type, arguments: all, siblings: siblingsIn(stack) };
}

function siblingsIn({ resource }: Synthesised) {
  return (type: string) => Object.values(resource[type] ?? {});
}

function broken(good: Inspected, rule: Rule | undefined, path: string, value: unknown): Inspected {
  if (path === '(siblings)') return { ...good, siblings: () => [] };
  const copy = structuredClone(good.arguments) as Json;
  const inPool = rule?.type === 'azurerm_kubernetes_cluster' && /^(node_public|max_pods|os_disk|host_enc)/.test(path);
  const keys = (inPool ? `default_node_pool.${path}` : path).split('.');
  let here = copy;
  for (const key of keys.slice(0, -1)) here = here[key] as Json;
  if (value === undefined) delete here[keys.at(-1)!];
  else here[keys.at(-1)!] = value;
  return { ...good, arguments: copy };
}
