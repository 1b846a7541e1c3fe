import { mayAlready, type ResourceProvider } from '../provider.ts';
import { principalOf, type Json } from '../resources.ts';

export const web: ResourceProvider = {
  namespace: 'microsoft.web',
  adds: {
    'microsoft.web/sites': ({ name, properties }) => {
      Object.assign(properties, {
        state: 'Running',
        defaultHostName: `${name}.azurewebsites.net`,
        outboundIpAddresses: '',
        possibleOutboundIpAddresses: '',
        customDomainVerificationId: 'X',
      });
    },
  },
  refusals: {
    'microsoft.web/sites': [
      {
        source:
          'https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to#enable-virtual-network-integration',
        refuses: ({ properties }, { resources }) => {
          const subnet = properties['virtualNetworkSubnetId'] as string | undefined;
          if (!subnet) return undefined;
          const delegations = (resources.get(subnet)?.properties['delegations'] ?? []) as { properties: Json }[];
          return delegations.some(({ properties: { serviceName } }) => serviceName === 'Microsoft.App/environments')
            ? undefined
            : `${subnet} is not delegated to Microsoft.App/environments`;
        },
      },
      {
        source:
          'https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to#configure-deployment-settings',
        refuses: ({ properties }, world) => {
          const { storage } = (((properties['functionAppConfig'] ?? {}) as Json)['deployment'] ?? {}) as {
            storage?: Json;
          };
          const { type, userAssignedIdentityResourceId: id } = (storage?.['authentication'] ?? {}) as Record<
            string,
            string
          >;
          if (type !== 'UserAssignedIdentity' || id === undefined) return undefined;
          const [, account] = /^https:\/\/([^.]+)/.exec(String(storage?.['value'])) ?? [];
          const scope = world.resources
            .ofType('microsoft.storage/storageaccounts')
            .find(({ name }) => name === account)?.id;
          if (scope === undefined) return `There is no storage account ${account}`;
          const roles = ['Storage Blob Data Owner', 'Storage Blob Data Contributor'];
          return mayAlready(world, principalOf(id).principalId, roles, scope)
            ? undefined
            : `The identity may not write to ${account}`;
        },
      },
    ],
  },
  answer({ method, path }, { resources }) {
    const [, listed, kind] = /^(.*\/sites\/[^/]+)\/config\/([^/]+)\/list$/i.exec(path) ?? [];
    if (method === 'POST' && listed !== undefined && kind !== undefined) {
      const own = resources.get(`${listed}/config/${kind}`)?.properties;
      const { appSettings = [] } = (resources.get(listed)?.properties['siteConfig'] ?? {}) as {
        appSettings?: { name: string; value: string }[];
      };
      const first = Object.fromEntries(appSettings.map(({ name, value }) => [name, value]));
      return {
        status: 200,
        body: { id: path, name: kind, properties: own ?? (/^appsettings$/i.test(kind) ? first : {}) },
      };
    }
    if (method !== 'GET') return undefined;
    const [, site, config] = /^(.*\/sites\/[^/]+)\/config\/([^/]+)$/i.exec(path) ?? [];
    if (site !== undefined && config !== undefined && resources.has(site) && !resources.has(path)) {
      const properties = /^web$/i.test(config) ? (resources.get(site)?.properties['siteConfig'] ?? {}) : {};
      return { status: 200, body: { id: path, name: config, properties } };
    }
    if (/\/basicPublishingCredentialsPolicies\/(ftp|scm)$/i.test(path) && !resources.has(path)) {
      return { status: 200, body: { id: path, properties: { allow: true } } };
    }
    return undefined;
  },
};
