import { PrivateEndpoint } from '@cdktf/provider-azurerm/lib/private-endpoint/index.js';
import type { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import type { PenstockStack } from './stack.ts';

/**
 * The services that are reached by private endpoints: the part that Azure calls them by, and the DNS zone it prescribes.
 * https://learn.microsoft.com/azure/private-link/private-endpoint-dns
 */
export const privateServices = {
  blob: 'privatelink.blob.core.windows.net',
  queue: 'privatelink.queue.core.windows.net',
  table: 'privatelink.table.core.windows.net',
  vault: 'privatelink.vaultcore.azure.net',
  registry: 'privatelink.azurecr.io',
  sites: 'privatelink.azurewebsites.net',
} as const;

export type PrivateService = keyof typeof privateServices;

/** An address in the endpoints' subnet for one part of a resource, known by the resource's own name in the network. */
export function privateEndpoint(
  stack: PenstockStack,
  group: ResourceGroup,
  { name, resource, service }: { name: string; resource: string; service: PrivateService },
): PrivateEndpoint {
  return new PrivateEndpoint(stack, `${name}-${service}-endpoint`, {
    name: `pe-${name}-${service}`,
    resourceGroupName: group.name,
    location: stack.environment.region,
    subnetId: stack.ids.subnet('endpoints'),
    customNetworkInterfaceName: `nic-pe-${name}-${service}`,
    privateServiceConnection: {
      name: `${name}-${service}`,
      privateConnectionResourceId: resource,
      subresourceNames: [service],
      isManualConnection: false,
    },
    privateDnsZoneGroup: { name: 'default', privateDnsZoneIds: [stack.ids.privateZone(privateServices[service])] },
  });
}
