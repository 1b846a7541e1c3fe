import { keyOf } from '../identifiers.ts';
import type { ResourceProvider } from '../provider.ts';

const parts = ['blob', 'queue', 'table', 'file', 'dfs', 'web'];
const services = /\/(blobServices|fileServices|queueServices|tableServices)\/default$/i;

export const storage: ResourceProvider = {
  namespace: 'microsoft.storage',
  adds: {
    'microsoft.storage/storageaccounts': (account) => {
      account['kind'] ??= 'StorageV2';
      Object.assign(account.properties, {
        creationTime: '2026-01-01T00:00:00Z',
        primaryLocation: account.location,
        statusOfPrimary: 'available',
        primaryEndpoints: Object.fromEntries(
          parts.map((part) => [part, `https://${account.name}.${part}.core.windows.net/`]),
        ),
      });
      if (account.sku) account.sku['tier'] = String(account.sku['name']).split('_')[0];
    },
  },
  refusals: {
    'microsoft.storage/storageaccounts': [
      {
        source:
          'https://learn.microsoft.com/azure/storage/common/storage-network-security#grant-access-from-an-internet-ip-range',
        refuses: ({ properties }) => {
          const { ipRules = [] } = (properties['networkAcls'] ?? {}) as { ipRules?: { value: string }[] };
          const small = ipRules.find(({ value }) => /\/3[12]$/.test(value));
          return small && `${small.value}: small address ranges using /31 or /32 prefix sizes are not supported`;
        },
      },
      {
        source: 'https://learn.microsoft.com/azure/storage/common/shared-key-authorization-prevent',
        refuses: ({ properties }) =>
          properties['allowSharedKeyAccess'] === false && properties['defaultToOAuthAuthentication'] === false
            ? 'without shared keys OAuth must be the default'
            : undefined,
      },
    ],
  },
  answer({ method, path }, { resources }) {
    if (method === 'POST' && /\/listkeys$/i.test(path)) {
      return {
        status: 200,
        body: { keys: [1, 2].map((n) => ({ keyName: `key${n}`, value: keyOf(path + n), permissions: 'FULL' })) },
      };
    }
    if (method === 'GET' && services.test(path) && !resources.has(path)) {
      return { status: 200, body: { id: path, name: 'default', properties: {} } };
    }
    return undefined;
  },
};
