import { randomUUID } from 'node:crypto';
import type { Description } from '../../infra/describe.ts';
import { UserError } from '../../service/errors.ts';
import type { Output } from '../output.ts';
import type { Azure } from './azure.ts';

/** Every namespace that the stacks use; azurerm is told to register none. */
const resourceProviders = [
  'Microsoft.AlertsManagement',
  'Microsoft.ApiManagement',
  'Microsoft.App',
  'Microsoft.Authorization',
  'Microsoft.Consumption',
  'Microsoft.ContainerRegistry',
  'Microsoft.ContainerService',
  'Microsoft.EventGrid',
  'Microsoft.Insights',
  'Microsoft.KeyVault',
  'Microsoft.ManagedIdentity',
  'Microsoft.Monitor',
  'Microsoft.Network',
  'Microsoft.OperationalInsights',
  'Microsoft.PolicyInsights',
  'Microsoft.Security',
  'Microsoft.Storage',
  'Microsoft.Web',
];

/**
 * What the deployer does with data, each with the id of its built-in role.
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
const deployerRoles = [
  { role: 'Storage Blob Data Contributor', id: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe', why: 'states and releases' },
  {
    role: 'Key Vault Certificates Officer',
    id: 'a4417e6f-fecd-4de8-b567-7b0420556985',
    why: 'the gateway’s certificate',
  },
  { role: 'Key Vault Secrets Officer', id: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7', why: 'the functions’ key' },
  { role: 'AcrPush', id: '8311e382-0749-4cb8-b61a-304f252e45ec', why: 'images' },
];

/**
 * Makes an empty subscription ready for `cdktf deploy`: resource providers and the feature for encryption at host,
 * storage for the states, the deployer's roles for data. What is there already stays; run it as often as you like.
 */
export async function bootstrap(azure: Azure, description: Description, output: Output): Promise<void> {
  const { subscription, tenant, environment } = description;
  if (/^[0-]+$/.test(subscription) || /^[0-]+$/.test(tenant)) {
    throw new UserError(`config/${environment}.yaml: tenant and subscription are still zeros; fill in your own`);
  }
  const scope = `/subscriptions/${subscription}`;
  const isNew = await registerFeature(azure, scope);
  output.line('feature  Microsoft.Compute/EncryptionAtHost');
  await registerProvider(azure, scope, 'Microsoft.Compute', isNew);
  for (const namespace of resourceProviders) await registerProvider(azure, scope, namespace);
  output.line(`providers  ${resourceProviders.length + 1} registered`);
  await makeStateStorage(azure, scope, description);
  output.line(`states  ${description.names.state.account}/${description.names.state.container}`);
  const me = await azure.whoAmI();
  for (const { role, id, why } of deployerRoles) {
    await assign(azure, scope, id, me);
    output.line(`role  ${role}, for ${why}`);
  }
  await untilStatesOpen(azure, description);
  output.line('ready: cdktf deploy network platform cluster addons');
}

/** @returns whether it had not been registered before */
async function registerFeature(azure: Azure, scope: string): Promise<boolean> {
  const path = `${scope}/providers/Microsoft.Features/providers/Microsoft.Compute/features/EncryptionAtHost`;
  const state = async () =>
    ((await azure.manage('GET', path, '2021-07-01')).body['properties'] as { state?: string } | undefined)?.state;
  if ((await state()) === 'Registered') return false;
  await azure.manage('POST', `${path}/register`, '2021-07-01');
  return azure.until('the feature EncryptionAtHost', async () => ((await state()) === 'Registered' ? true : undefined));
}

/**
 * @param again even if it is registered: a provider hears of a new feature that way
 * (https://learn.microsoft.com/azure/aks/enable-host-encryption#register-the-encryptionathost-feature)
 */
async function registerProvider(azure: Azure, scope: string, namespace: string, again = false): Promise<void> {
  const path = `${scope}/providers/${namespace}`;
  const isRegistered = async () =>
    (await azure.manage('GET', path, '2021-04-01')).body['registrationState'] === 'Registered' ? true : undefined;
  if (!again && (await isRegistered())) return;
  await azure.manage('POST', `${path}/register`, '2021-04-01');
  await azure.until(`${namespace} to be registered`, isRegistered);
}

async function makeStateStorage(azure: Azure, scope: string, description: Description): Promise<void> {
  const { region, names, access, storageRanges, deletedDays, environment } = description;
  const tags = { application: 'penstock', environment };
  const group = `${scope}/resourceGroups/${names.state.group}`;
  await azure.manage('PUT', group, '2021-04-01', { location: region, tags });
  const account = `${group}/providers/Microsoft.Storage/storageAccounts/${names.state.account}`;
  await azure.manage('PUT', account, '2023-05-01', {
    location: region,
    kind: 'StorageV2',
    sku: { name: 'Standard_ZRS' },
    tags,
    properties: {
      allowSharedKeyAccess: false,
      defaultToOAuthAuthentication: true,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      minimumTlsVersion: 'TLS1_2',
      supportsHttpsTrafficOnly: true,
      publicNetworkAccess: 'Enabled',
      // A private environment's deployer is not in the network yet when it first needs the states.
      networkAcls: {
        defaultAction: access === 'authorisedRanges' ? 'Deny' : 'Allow',
        bypass: 'AzureServices',
        ipRules: storageRanges.map((value) => ({ value, action: 'Allow' })),
      },
    },
  });
  const retention = { enabled: true, days: deletedDays };
  await azure.manage('PUT', `${account}/blobServices/default`, '2023-05-01', {
    properties: {
      isVersioningEnabled: true,
      deleteRetentionPolicy: retention,
      containerDeleteRetentionPolicy: retention,
    },
  });
  await azure.manage('PUT', `${account}/blobServices/default/containers/${names.state.container}`, '2023-05-01', {
    properties: { publicAccess: 'None' },
  });
}

async function assign(
  azure: Azure,
  scope: string,
  role: string,
  { id, kind }: Awaited<ReturnType<Azure['whoAmI']>>,
): Promise<void> {
  const assignments = `${scope}/providers/Microsoft.Authorization/roleAssignments`;
  const { body } = await azure.manage('GET', `${assignments}?$filter=principalId%20eq%20'${id}'`, '2022-04-01');
  const there = (body['value'] ?? []) as {
    properties: { roleDefinitionId: string; principalId: string; scope: string };
  }[];
  const has = there.some(({ properties }) => {
    return properties.principalId === id && properties.roleDefinitionId.endsWith(role) && properties.scope === scope;
  });
  if (has) return;
  await azure.manage('PUT', `${assignments}/${randomUUID()}`, '2022-04-01', {
    properties: {
      principalId: id,
      principalType: kind,
      roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      description: 'The deployer’s own, by penstock bootstrap.',
    },
  });
}

/** Roles take minutes to work; `cdktf deploy` would fail at its first look at a state. */
async function untilStatesOpen(azure: Azure, { names }: Description): Promise<void> {
  const { account, container } = names.state;
  const url = `https://${account}.blob.core.windows.net/${container}?restype=container&comp=list&maxresults=1`;
  await azure.until(`the right to read ${account}/${container}`, async () => {
    const { status } = await azure.send('GET', url, undefined, { headers: { 'x-ms-version': '2023-11-03' } });
    return status === 200 ? true : undefined;
  });
}
