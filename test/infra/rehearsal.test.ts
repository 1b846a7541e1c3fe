import test from 'ava';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ProxyAgent, request } from 'undici';
import { makeCertificates, type Certificates } from '../../infra/rehearsal/certificates.ts';
import { sendTo } from '../../infra/rehearsal/in-cluster.ts';
import { roleId } from '../../infra/rehearsal/provider.ts';
import { principalOf } from '../../infra/rehearsal/resources.ts';
import { startStandIn, type StandInOptions } from '../../infra/rehearsal/stand-in.ts';
import { environment } from '../support/environment.ts';
import { resource, samplePolicies, synth } from '../support/infra.ts';

const root = '/subscriptions/s/resourceGroups/g';
const instance = `${root}/providers/Microsoft.ApiManagement/service/a`;
const vault = `${root}/providers/Microsoft.KeyVault/vaults/v`;
const identity = `${root}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i`;

let directory: string;
let certificates: Certificates;
test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'penstock-rehearsal-'));
  certificates = await makeCertificates(directory);
});
test.after.always(() => rm(directory, { recursive: true, force: true }));

/** A client that reaches Azure's own host names, as azurerm does. */
async function azure(t: { teardown(fn: () => Promise<unknown>): void }, options?: StandInOptions) {
  const standIn = await startStandIn(certificates, options);
  const dispatcher = new ProxyAgent({ uri: standIn.proxy, requestTls: { ca: certificates.authority } });
  t.teardown(async () => {
    await dispatcher.close();
    await standIn.close();
  });
  const call = async (method: string, url: string, body?: unknown) => {
    const whole = url.startsWith('https://') ? url : `https://management.azure.com${url}?api-version=1`;
    const answer = await request(whole, {
      method: method as 'GET',
      dispatcher,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.body.text();
    const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> & {
      error?: { code: string; message: string };
    };
    return { status: answer.statusCode, json, error: json.error?.message ?? '' };
  };
  await call('PUT', root, { location: 'westeurope' });
  return { call, standIn };
}

const grant = (scope: string, principalId: string, role: string): [string, object] => [
  `${scope}/providers/Microsoft.Authorization/roleAssignments/${roleId(role + scope)}`,
  {
    properties: { principalId, roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${roleId(role)}` },
  },
];

test('what was put is found, in any case, and gone when it is deleted with what lies in it', async (t) => {
  const { call } = await azure(t);
  const account = `${root}/providers/Microsoft.Storage/storageAccounts/st`;
  t.is(
    (await call('PUT', account, { location: 'westeurope', sku: { name: 'Standard_LRS' }, properties: {} })).status,
    200,
  );
  await call('PUT', `${account}/blobServices/default/containers/c`, { properties: { publicAccess: 'None' } });
  const found = await call('GET', account.toUpperCase());
  t.like(found.json, {
    name: 'st',
    properties: { provisioningState: 'Succeeded', primaryEndpoints: { blob: 'https://st.blob.core.windows.net/' } },
  });
  t.is((await call('HEAD', account)).status, 204);
  t.is((await call('DELETE', account)).status, 200);
  t.is((await call('HEAD', account)).status, 404);
  t.is((await call('GET', `${account}/blobServices/default/containers/c`)).status, 404);
});

test('a token is to be had, and the data planes answer under their own names', async (t) => {
  const { call } = await azure(t);
  const token = await call('POST', 'https://login.microsoftonline.com/t/oauth2/v2.0/token');
  t.is(String(token.json['access_token']).split('.').length, 3);
  t.is((await call('GET', 'https://v.vault.azure.net/')).status, 401);
  const made = await call('POST', 'https://v.vault.azure.net/certificates/gateway-client/create', { policy: {} });
  t.is(made.status, 202);
  const first = await call('GET', 'https://v.vault.azure.net/certificates/gateway-client/');
  t.regex(String(first.json['sid']), /^https:\/\/v\.vault\.azure\.net\/secrets\/gateway-client\/[0-9a-f]{32}$/);
  await call('POST', 'https://v.vault.azure.net/certificates/gateway-client/create', { policy: {} });
  const old = await call(
    'GET',
    `https://v.vault.azure.net/certificates/gateway-client/${String(first.json['id']).split('/').at(-1)}`,
  );
  t.is(old.json['id'], first.json['id']);
  // A certificate ends, a secret only when it is told to.
  await call('PUT', 'https://v.vault.azure.net/secrets/key', { value: 'x', attributes: { enabled: true } });
  const ends = async (item: string) =>
    'exp' in ((await call('GET', `https://v.vault.azure.net/${item}`)).json['attributes'] as object);
  t.deepEqual(await Promise.all(['secrets/key', 'certificates/gateway-client'].map(ends)), [false, true]);
});

test('hosts that are not Azure’s are passed on, so that charts and clusters can be reached', async (t) => {
  const server = createServer((_, response) => response.end('not Azure')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const standIn = await startStandIn(certificates);
  const dispatcher = new ProxyAgent({ uri: standIn.proxy, proxyTunnel: true });
  t.teardown(async () => {
    await dispatcher.close();
    await standIn.close();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const answer = await request(`http://127.0.0.1:${port}/`, { dispatcher });
  t.is(await answer.body.text(), 'not Azure');
  t.is(standIn.calls.length, 0);
});

test('refused: authorised ranges on a private cluster', async (t) => {
  const { call } = await azure(t);
  const { status, error } = await call('PUT', `${root}/providers/Microsoft.ContainerService/managedClusters/k`, {
    location: 'westeurope',
    properties: { apiServerAccessProfile: { enablePrivateCluster: true, authorizedIPRanges: ['203.0.113.0/29'] } },
  });
  t.is(status, 400);
  t.regex(error, /cannot be set on a private cluster/);
});

test('refused: authorised ranges that shut the nodes’ own way out', async (t) => {
  const { call } = await azure(t);
  await call('PUT', `${root}/providers/Microsoft.Network/publicIPAddresses/nat`, { properties: {} });
  const put = (...authorizedIPRanges: string[]) =>
    call('PUT', `${root}/providers/Microsoft.ContainerService/managedClusters/k`, {
      location: 'westeurope',
      properties: {
        apiServerAccessProfile: { authorizedIPRanges },
        networkProfile: { outboundType: 'userAssignedNATGateway' },
      },
    });
  t.regex((await put('198.51.100.0/29')).error, /Nodes leave by 203\.0\.113\.250/);
  t.is((await put('198.51.100.0/29', '203.0.113.250/32')).status, 200);
});

test('refused: a subnet inside another', async (t) => {
  const { call } = await azure(t);
  const network = `${root}/providers/Microsoft.Network/virtualNetworks/v`;
  await call('PUT', network, { properties: {} });
  const put = (name: string, range: string) =>
    call('PUT', `${network}/subnets/${name}`, { properties: { addressPrefixes: [range] } });
  t.is((await put('a', '10.0.0.0/24')).status, 200);
  t.regex((await put('b', '10.0.0.64/26')).error, /overlaps a/);
  t.is((await put('b', '10.0.1.0/26')).status, 200);
});

test('refused: a policy that names what is not there, until it is there', async (t) => {
  const { call } = await azure(t);
  await call('PUT', instance, { sku: { name: 'StandardV2' }, properties: {} });
  const policy = {
    properties: {
      format: 'rawxml',
      value:
        '<policies><inbound><set-backend-service backend-id="b" /><include-fragment fragment-id="f" />{{n}}</inbound></policies>',
    },
  };
  const put = () => call('PUT', `${instance}/policies/policy`, policy);
  for (const [collection, name, word] of [
    ['backends', 'b', /Backend 'b' could not be found/],
    ['policyFragments', 'f', /Policy fragment 'f'/],
    ['namedValues', 'n', /Named value 'n'/],
  ] as const) {
    t.regex((await put()).error, word);
    await call('PUT', `${instance}/${collection}/${name}`, { properties: {} });
  }
  t.is((await put()).status, 200);
  t.is((await call('GET', `${instance}/policies/policy`)).status, 200);
});

test('refused: a second write to one API while the first is under way', async (t) => {
  let hold = Promise.resolve();
  const { call } = await azure(t, { write: () => hold });
  const write = (path: string) => call('PUT', `${instance}/${path}`, { properties: {} });
  await write('apis/one');
  const gate = Promise.withResolvers<undefined>();
  hold = gate.promise;
  // Whichever comes first is held; the other is refused at once, and the first may end.
  const both = ['apis/one/operations/a', 'products/p/apis/one'].map(write);
  const refused = await Promise.race(both);
  t.is(refused.status, 409);
  t.is(refused.json.error?.code, 'PessimisticConcurrencyConflict');
  const others = [write('apis/two/operations/a'), write('apis/three/operations/a')];
  gate.resolve(undefined);
  t.deepEqual((await Promise.all(both)).map(({ status }) => status).sort(), [200, 409]);
  t.deepEqual(
    (await Promise.all(others)).map(({ status }) => status),
    [200, 200],
  );
});

test('refused: a role that has not spread yet, and one that was never given', async (t) => {
  let now = 0;
  const { call } = await azure(t, { propagation: 60_000, now: () => now });
  await call('PUT', instance, { sku: { name: 'StandardV2' }, identity: { type: 'SystemAssigned' }, properties: {} });
  await call('PUT', vault, { properties: {} });
  const { principalId } = (await call('GET', instance)).json['identity'] as { principalId: string };
  const put = () =>
    call('PUT', `${instance}/certificates/gateway-client`, {
      properties: { keyVault: { secretIdentifier: 'https://v.vault.azure.net/secrets/gateway-client' } },
    });
  t.regex((await put()).error, /Failed to access KeyVault secret/);
  await call('PUT', ...grant(`${vault}/secrets/gateway-client`, principalId, 'Key Vault Secrets User'));
  t.regex((await put()).error, /Failed to access KeyVault secret/);
  now += 60_000;
  t.is((await put()).status, 200);
});

test('refused: a cluster whose identity may not do what it must', async (t) => {
  const { call } = await azure(t, { propagation: 0 });
  await call('PUT', identity, { properties: {} });
  const kubelet = identity.replace(/i$/, 'kubelet');
  await call('PUT', kubelet, { properties: {} });
  const put = () =>
    call('PUT', `${root}/providers/Microsoft.ContainerService/managedClusters/k`, {
      location: 'westeurope',
      identity: { type: 'UserAssigned', userAssignedIdentities: { [identity]: {} } },
      properties: {
        identityProfile: { kubeletidentity: { resourceId: kubelet } },
        agentPoolProfiles: [{ name: 'system' }],
      },
    });
  t.regex((await put()).error, /no Managed Identity Operator role/);
  await call('PUT', ...grant(kubelet, principalOf(identity).principalId, 'Managed Identity Operator'));
  const made = await put();
  t.is(made.status, 200, made.error);
});

test('refused: a reference to what does not exist, an old vault’s name, small ranges in a storage firewall', async (t) => {
  const { call } = await azure(t);
  const link = { properties: { virtualNetwork: { id: `${root}/providers/Microsoft.Network/virtualNetworks/none` } } };
  t.regex(
    (await call('PUT', `${root}/providers/Microsoft.Network/privateDnsZones/z/virtualNetworkLinks/l`, link)).error,
    /virtualNetworks\/none, which does not exist/,
  );
  await call('PUT', vault, { properties: {} });
  await call('DELETE', vault);
  t.regex((await call('PUT', vault, { properties: {} })).error, /exists in deleted state/);
  t.is((await call('PUT', vault, { properties: { createMode: 'recover' } })).status, 200);
  const ranges = { properties: { networkAcls: { ipRules: [{ value: '203.0.113.8/31' }] } } };
  t.regex((await call('PUT', `${root}/providers/Microsoft.Storage/storageAccounts/st`, ranges)).error, /\/31 or \/32/);
});

test('beside Application Insights lies what Azure puts there, until its group goes', async (t) => {
  const { call } = await azure(t);
  const insights = `${root}/providers/Microsoft.Insights/components/appi`;
  await call('PUT', insights, { location: 'westeurope', properties: {} });
  const inGroup = async () => {
    const { json } = await call('GET', `${root}/resources`);
    return (json['value'] as { name: string }[]).map(({ name }) => name).sort();
  };
  const added = ['Application Insights Smart Detection', 'Failure Anomalies - appi'];
  t.deepEqual(await inGroup(), [...added, 'appi'].sort());
  await call('DELETE', insights);
  t.deepEqual(await inGroup(), added);
  await call('DELETE', root);
  t.deepEqual(await inGroup(), []);
});

test('a cluster of one’s own is not waited for: it has neither the nodes nor the load balancer', async (t) => {
  const production = environment();
  const { workload, addons } = (await synth(production, samplePolicies(production))).stacks;
  sendTo('/kubeconfig', workload);
  sendTo('/kubeconfig', addons);
  t.deepEqual(workload.provider['kubernetes'], [{ config_path: '/kubeconfig' }]);
  for (const { provider } of [workload, addons]) {
    t.deepEqual(provider['helm'], [{ kubernetes: { config_path: '/kubeconfig' } }]);
  }
  t.false('kubernetes' in addons.provider);
  t.is(resource(workload, 'kubernetes_deployment_v1')['wait_for_rollout'], false);
  t.is(resource(workload, 'kubernetes_service_v1')['wait_for_load_balancer'], false);
});

test('without terraform both rehearsals are skipped with one line', async (t) => {
  for (const script of ['validate', 'rehearse']) {
    const path = join(import.meta.dirname, '..', '..', 'infra', 'rehearsal', `${script}.ts`);
    const { stdout } = await promisify(execFile)(process.execPath, [path], {
      env: { PATH: directory, HOME: directory },
    });
    t.is(stdout, `${script}: skipped, terraform is not installed\n`);
  }
});

test('a stack whose provider is not at hand is left out, one whose providers are is not', async (t) => {
  const providers = join(directory, 'providers');
  await mkdir(providers);
  for (const name of ['azurerm', 'time']) await writeFile(join(providers, `terraform-provider-${name}`), '');
  const tools = join(directory, 'tools');
  await mkdir(tools);
  await writeFile(join(tools, 'terraform'), `#!/bin/sh\necho '{ "terraform_version": "1.11.4" }'\n`, { mode: 0o755 });
  const program = `
    const { findTerraform } = await import(${JSON.stringify(join(import.meta.dirname, '../../infra/rehearsal/terraform.ts'))});
    const terraform = await findTerraform(${JSON.stringify(directory)});
    const lacks = (...names) => terraform.lacks({ provider: Object.fromEntries(names.map((name) => [name, [{}]])) }) ?? null;
    console.log(JSON.stringify([lacks('azurerm', 'time'), lacks('azurerm', 'helm')]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { PATH: `${tools}:${process.env['PATH']}`, PENSTOCK_PROVIDERS: providers },
  });
  t.deepEqual(JSON.parse(stdout), [null, `${providers} has no terraform-provider-helm`]);
});
