import test from 'ava';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRecord, readRecord, writeRecord } from '../../infra/record.ts';
import { UserError } from '../../service/errors.ts';
import { environment } from '../support/environment.ts';
import { resource, samplePolicies, synth } from '../support/infra.ts';

const closed = environment({ network: { runner: '10.40.19.0/28' } });
const open = environment({
  operators: { groups: [closed.tenant], ipRanges: ['203.0.113.8/31', '198.51.100.7', '192.0.2.0/29'] },
  cluster: { ...closed.cluster, access: 'authorisedRanges' },
});
const behind = (await synth(closed, samplePolicies(closed))).stacks;
const opened = (await synth(open, samplePolicies(open))).stacks;

test('private: nothing but API Management has a public face', (t) => {
  t.is(resource(behind.cluster, 'azurerm_kubernetes_cluster')['private_cluster_enabled'], true);
  t.false('api_server_access_profile' in resource(behind.cluster, 'azurerm_kubernetes_cluster'));
  for (const [stack, type, name] of [
    ['platform', 'azurerm_container_registry', 'registry'],
    ['platform', 'azurerm_key_vault', 'vault'],
    ['platform', 'azurerm_storage_account', 'releases'],
    ['functions', 'azurerm_storage_account', 'host-storage'],
    ['functions', 'azurerm_function_app_flex_consumption', 'functions'],
  ] as const) {
    t.is(resource(behind[stack], type, name)['public_network_access_enabled'], false, type);
  }
  t.truthy(resource(behind.network, 'azurerm_subnet', 'snet-runner'));
  const endpoints = Object.keys(behind.functions.resource['azurerm_private_endpoint']!);
  t.true(endpoints.some((name) => name.endsWith('-sites-endpoint')));
});

test('authorisedRanges: every firewall opens for the operators alone, each in the form it takes', (t) => {
  t.deepEqual(resource(opened.cluster, 'azurerm_kubernetes_cluster')['api_server_access_profile'], {
    authorized_ip_ranges: [
      '203.0.113.8/31',
      '198.51.100.7/32',
      '192.0.2.0/29',
      '${data.azurerm_public_ip.nat-address.ip_address}/32',
    ],
  });
  t.deepEqual(resource(opened.platform, 'azurerm_storage_account')['network_rules'], {
    bypass: ['AzureServices'],
    default_action: 'Deny',
    ip_rules: ['203.0.113.8', '203.0.113.9', '198.51.100.7', '192.0.2.0/29'],
  });
  t.like(resource(opened.platform, 'azurerm_key_vault')['network_acls'], {
    default_action: 'Deny',
    ip_rules: ['203.0.113.8/31', '198.51.100.7/32', '192.0.2.0/29'],
  });
  t.deepEqual(resource(opened.platform, 'azurerm_container_registry')['network_rule_set'], [
    {
      default_action: 'Deny',
      ip_rule: ['203.0.113.8/31', '198.51.100.7/32', '192.0.2.0/29'].map((range) => ({
        action: 'Allow',
        ip_range: range,
      })),
    },
  ]);
  const site = resource(opened.functions, 'azurerm_function_app_flex_consumption')['site_config'] as Record<
    string,
    unknown
  >;
  t.like(site, { ip_restriction_default_action: 'Deny', scm_use_main_ip_restriction: true });
});

test('the access that was recorded can’t be changed by a slip', (t) => {
  t.notThrows(() => checkRecord(closed, undefined, undefined));
  t.notThrows(() => checkRecord(closed, { access: 'private' }, undefined));
  const error = t.throws(() => checkRecord(open, { access: 'private' }, undefined), { instanceOf: UserError });
  t.regex(
    error.message,
    /cluster\.access: authorisedRanges differs from private .*replaces the cluster.*PENSTOCK_REPLACE=cluster/,
  );
  t.notThrows(() => checkRecord(open, { access: 'private' }, 'cluster'));
});

test('the gateway’s tier that was recorded can’t be changed by a slip, where it was', (t) => {
  const tier = closed.apiManagement.tier;
  t.notThrows(() => checkRecord(closed, { access: 'private', tier }, undefined));
  const changed = () => checkRecord(closed, { access: 'private', tier: 'Developer' }, 'cluster');
  t.regex(
    t.throws(changed, { instanceOf: UserError }).message,
    /apiManagement\.tier: StandardV2 differs from Developer .*every caller's key.*destroy functions and edge/,
  );
});

test('a record is kept beside the others', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'penstock-record-'));
  t.teardown(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'config'));
  t.deepEqual(await readRecord(root), {});
  await writeRecord(root, closed);
  await writeRecord(root, { ...open, environment: 'other' });
  const { tier } = closed.apiManagement;
  t.deepEqual(await readRecord(root), {
    test: { access: 'private', tier },
    other: { access: 'authorisedRanges', tier },
  });
});
