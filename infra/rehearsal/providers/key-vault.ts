import type { ResourceProvider } from '../provider.ts';

export const keyVault: ResourceProvider = {
  namespace: 'microsoft.keyvault',
  adds: {
    'microsoft.keyvault/vaults': ({ name, properties }) => {
      properties['vaultUri'] = `https://${name}.vault.azure.net/`;
    },
  },
  refusals: {
    'microsoft.keyvault/vaults': [
      {
        source: 'https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview',
        code: 'ConflictError',
        refuses: ({ name, properties }, { deleted }) =>
          deleted.has(name.toLowerCase()) && properties['createMode'] !== 'recover'
            ? `A vault with the name ${name} exists in deleted state`
            : undefined,
      },
    ],
  },
};
