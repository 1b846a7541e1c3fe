import { createHash } from 'node:crypto';
import { referencesOf } from '../../../policies/references.ts';
import { keyOf } from '../identifiers.ts';
import { mayAlready, type ResourceProvider, type Rule, type World } from '../provider.ts';
import type { Json, Resource } from '../resources.ts';

/** A policy must name only what is there. The service answers `ValidationError` with the place in the document. */
const namesWhatIsThere: Rule = {
  source: 'https://learn.microsoft.com/rest/api/apimanagement/policy/create-or-update',
  code: 'ValidationError',
  refuses: (policy, { resources }) => {
    const instance = /^.*\/service\/[^/]+/i.exec(policy.id)![0];
    const { backends, certificates, fragments, namedValues } = referencesOf(String(policy.properties['value']));
    const asked: [string, readonly string[], string][] = [
      ['backends', backends, 'Backend'],
      ['certificates', certificates, 'Certificate'],
      ['policyFragments', fragments, 'Policy fragment'],
      ['namedValues', namedValues, 'Named value'],
    ];
    for (const [collection, names, word] of asked) {
      const missing = names.find((name) => !resources.has(`${instance}/${collection}/${name}`));
      if (missing !== undefined)
        return `One or more fields contain incorrect values: ${word} '${missing}' could not be found`;
    }
    return undefined;
  },
};

/** A vault behind its firewall: the system-assigned identity, with a role that works already. */
const readsVault: Rule = {
  source:
    'https://learn.microsoft.com/azure/api-management/api-management-howto-properties#prerequisites-for-key-vault-integration',
  code: 'ValidationError',
  refuses: (entity, world) => {
    const { secretIdentifier } = (entity.properties['keyVault'] ?? {}) as { secretIdentifier?: string };
    const [, vault, kind, name] =
      /^https:\/\/([^.]+)\.vault\.azure\.net\/(\w+)\/([^/]+)/.exec(secretIdentifier ?? '') ?? [];
    if (vault === undefined) return undefined;
    const instance = world.resources.get(/^.*\/service\/[^/]+/i.exec(entity.id)![0]);
    const id = world.resources.ofType('microsoft.keyvault/vaults').find((each) => each.name === vault)?.id;
    const roles = ['Key Vault Secrets User', 'Key Vault Certificate User', 'Key Vault Administrator'];
    return mayAlready(world, instance?.identity?.principalId, roles, `${id}/${kind}/${name}`)
      ? undefined
      : `Failed to access KeyVault secret ${secretIdentifier} using Managed Service Identity of the API Management service`;
  },
};

/** The classic tiers' portal settings and direct access, all off, as azurerm reads them after it has made an instance. */
const classicSettings = {
  enabled: false,
  validationKey: '',
  properties: {
    enabled: false,
    termsOfService: { enabled: false, text: '', consentRequired: false },
    subscriptions: { enabled: false },
    userRegistration: { enabled: false },
  },
};

const type = (name: string) => `microsoft.apimanagement/service${name}`;

export const apiManagement: ResourceProvider = {
  namespace: 'microsoft.apimanagement',
  adds: {
    [type('')]: (instance) => {
      const { name, properties } = instance;
      instance['etag'] = 'x';
      Object.assign(properties, {
        gatewayUrl: `https://${name}.azure-api.net`,
        managementApiUrl: `https://${name}.management.azure-api.net`,
        portalUrl: '',
        developerPortalUrl: `https://${name}.developer.azure-api.net`,
        scmUrl: '',
        publicIPAddresses: ['203.0.113.1'],
      });
    },
    [type('/apis')]: ({ id, properties }) => {
      const [, revision = '1'] = /;rev=(\d+)$/.exec(id) ?? [];
      Object.assign(properties, { apiRevision: revision, isCurrent: true, isOnline: true });
    },
    [type('/certificates')]: ({ id, name, properties }) => {
      Object.assign(properties, {
        thumbprint: createHash('sha1').update(id).digest('hex').toUpperCase(),
        subject: `CN=${name}`,
        expirationDate: '2030-01-01T00:00:00Z',
      });
    },
  },
  refusals: {
    [type('')]: [
      {
        source: 'https://learn.microsoft.com/azure/api-management/enable-availability-zone-support',
        refuses: ({ sku, ...rest }) =>
          Array.isArray(rest['zones']) && rest['zones'].length > 0 && sku?.['name'] !== 'Premium'
            ? 'Availability zones are supported in the Premium tier alone'
            : undefined,
      },
      {
        source: 'https://learn.microsoft.com/azure/api-management/integrate-vnet-outbound#prerequisites',
        refuses: (instance, world) => delegationOf(instance, world),
      },
      {
        source: 'https://learn.microsoft.com/azure/api-management/private-endpoint#limitations',
        refuses: ({ id, properties }, { resources }) =>
          properties['publicNetworkAccess'] === 'Disabled' && !resources.has(id)
            ? 'Public network access must be enabled when the service is created'
            : undefined,
      },
    ],
    [type('/policies')]: [namesWhatIsThere],
    [type('/apis/policies')]: [namesWhatIsThere],
    [type('/apis/operations/policies')]: [namesWhatIsThere],
    [type('/products/policies')]: [namesWhatIsThere],
    [type('/policyfragments')]: [namesWhatIsThere],
    [type('/certificates')]: [readsVault],
    [type('/namedvalues')]: [readsVault],
  },
  answer({ method, path }, { resources }) {
    const [, settings, listed] =
      /\/service\/[^/]+\/(portalsettings\/\w+|tenant\/access)(\/listsecrets)?$/i.exec(path) ?? [];
    if (settings !== undefined && (listed !== undefined || (method === 'GET' && !resources.has(path)))) {
      return { status: 200, body: { id: path, name: settings.split('/').at(-1), ...classicSettings } };
    }
    if (method !== 'POST') return undefined;
    const [, subscription] = /^(.*\/subscriptions\/[^/]+)\/listsecrets$/i.exec(path) ?? [];
    if (subscription !== undefined && resources.has(subscription)) {
      const own = resources.get(subscription)!.properties;
      const keys = { primaryKey: keyOf(`${path}1`).slice(0, 32), secondaryKey: keyOf(`${path}2`).slice(0, 32) };
      return { status: 200, body: { ...keys, ...own } };
    }
    return undefined;
  },
};

/** The API that a write belongs to: the service lets one of them through at a time. */
export function writtenApi(method: string, path: string): string | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  const own = /^(.*\/service\/[^/]+)\/apis\/([^/;]+)/i.exec(path);
  if (own !== null) return `${own[1]}/apis/${own[2]}`.toLowerCase();
  const linked = /^(.*\/service\/[^/]+)\/products\/[^/]+\/apis\/([^/;]+)/i.exec(path);
  return linked === null ? undefined : `${linked[1]}/apis/${linked[2]}`.toLowerCase();
}

function delegationOf({ sku, properties }: Resource, { resources }: World): string | undefined {
  const { subnetResourceId: subnet } = (properties['virtualNetworkConfiguration'] ?? {}) as {
    subnetResourceId?: string;
  };
  if (!subnet) return undefined;
  const delegations = (resources.get(subnet)?.properties['delegations'] ?? []) as { properties: Json }[];
  const delegated = delegations.some(({ properties: { serviceName } }) => serviceName === 'Microsoft.Web/serverFarms');
  if (sku?.['name'] === 'StandardV2' && !delegated) return `${subnet} is not delegated to Microsoft.Web/serverFarms`;
  return sku?.['name'] === 'Developer' && delegations.length > 0 ? `${subnet} must not be delegated` : undefined;
}
