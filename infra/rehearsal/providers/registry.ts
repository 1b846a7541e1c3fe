import type { ResourceProvider } from '../provider.ts';

export const registry: ResourceProvider = {
  namespace: 'microsoft.containerregistry',
  adds: {
    'microsoft.containerregistry/registries': ({ name, properties }) => {
      properties['loginServer'] = `${name}.azurecr.io`;
    },
  },
  refusals: {
    'microsoft.containerregistry/registries': [
      {
        source: 'https://learn.microsoft.com/azure/container-registry/data-loss-prevention',
        refuses: ({ properties }) => {
          const { exportPolicy } = (properties['policies'] ?? {}) as { exportPolicy?: { status?: string } };
          return exportPolicy?.status === 'disabled' && properties['publicNetworkAccess'] !== 'Disabled'
            ? 'exportPolicy can be disabled only when public network access is'
            : undefined;
        },
      },
    ],
  },
};
