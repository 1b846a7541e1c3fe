import { pretended } from '../identifiers.ts';
import type { ResourceProvider } from '../provider.ts';
import { principalOf } from '../resources.ts';

export const identity: ResourceProvider = {
  namespace: 'microsoft.managedidentity',
  adds: {
    'microsoft.managedidentity/userassignedidentities': ({ id, properties }) => {
      Object.assign(properties, { ...principalOf(id), tenantId: pretended.tenant });
    },
  },
};
