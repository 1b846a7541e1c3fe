import { overlap, parseRange } from '../../cidr.ts';
import type { ResourceProvider, World } from '../provider.ts';
import type { Json, Resource } from '../resources.ts';

/** A zone is born with its start of authority. */
function startOfAuthority(zone: Resource, { resources }: World): void {
  Object.assign(zone.properties, {
    numberOfRecordSets: 2,
    maxNumberOfRecordSets: 10_000,
    nameServers: [1, 2, 3, 4].map((n) => `ns${n}-01.azure-dns.com.`),
  });
  if (resources.has(`${zone.id}/SOA/@`)) return;
  const soaRecord = {
    host: 'azureprivatedns.net',
    email: 'azureprivatedns-host.microsoft.com',
    serialNumber: 1,
    refreshTime: 3600,
    retryTime: 300,
    expireTime: 2_419_200,
    minimumTtl: 10,
    minimumTTL: 10,
  };
  resources.put(`${zone.id}/SOA/@`, { properties: { ttl: 3600, TTL: 3600, fqdn: `${zone.name}.`, soaRecord } });
}

export const network: ResourceProvider = {
  namespace: 'microsoft.network',
  adds: {
    'microsoft.network/virtualnetworks': (network, { resources }) => {
      const inline = (network.properties['subnets'] ?? []) as Json[];
      for (const subnet of inline) {
        const path = `${network.id}/subnets/${String(subnet['name'])}`;
        if (!resources.has(path)) resources.put(path, { properties: { ...(subnet['properties'] as Json) } });
      }
      network.properties['subnets'] = resources.in(`${network.id}/subnets`);
    },
    'microsoft.network/virtualnetworks/subnets': (subnet, { resources }) => {
      subnet.properties['privateEndpointNetworkPolicies'] ??= 'Disabled';
      subnet.properties['privateLinkServiceNetworkPolicies'] ??= 'Enabled';
      const network = resources.get(subnet.id.replace(/\/subnets\/[^/]+$/i, ''));
      if (network) network.properties['subnets'] = resources.in(`${network.id}/subnets`);
    },
    'microsoft.network/networksecuritygroups': (group, { resources }) => {
      group.properties['securityRules'] = resources.in(`${group.id}/securityRules`);
    },
    'microsoft.network/networksecuritygroups/securityrules': (rule, { resources }) => {
      const group = resources.get(rule.id.replace(/\/securityRules\/[^/]+$/i, ''));
      if (group) group.properties['securityRules'] = resources.in(`${group.id}/securityRules`);
    },
    'microsoft.network/publicipaddresses': ({ properties }) => {
      properties['ipAddress'] = '203.0.113.250';
    },
    'microsoft.network/dnszones': startOfAuthority,
    'microsoft.network/privatednszones': startOfAuthority,
    'microsoft.network/privatednszones/a': ({ properties, id }) => {
      properties['fqdn'] = `${id.split('/').at(-3)}.`;
    },
    'microsoft.network/privatednszones/virtualnetworklinks': ({ properties }) => {
      properties['virtualNetworkLinkState'] = 'Completed';
      properties['resolutionPolicy'] ??= 'Default';
    },
    'microsoft.network/privateendpoints': ({ id, name, properties }) => {
      for (const connection of (properties['privateLinkServiceConnections'] ?? []) as { properties: Json }[]) {
        connection.properties['privateLinkServiceConnectionState'] ??= { status: 'Approved' };
        connection.properties['provisioningState'] = 'Succeeded';
      }
      const nic = (properties['customNetworkInterfaceName'] as string | undefined) ?? `${name}.nic`;
      properties['networkInterfaces'] = [
        { id: `${id.split('/providers/')[0]}/providers/Microsoft.Network/networkInterfaces/${nic}` },
      ];
      properties['customDnsConfigs'] ??= [];
    },
  },
  refusals: {
    'microsoft.network/virtualnetworks/subnets': [
      {
        source: 'https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet#add-a-subnet',
        code: 'NetcfgSubnetRangesOverlap',
        refuses: (subnet, { resources }) => {
          const range = parseRange(prefixOf(subnet) ?? '');
          const others = resources.in(subnet.id.replace(/\/[^/]+$/, ''));
          const other = others.find(({ id, ...rest }) => {
            const its = parseRange(prefixOf(rest) ?? '');
            return id !== subnet.id && range !== undefined && its !== undefined && overlap(range, its);
          });
          return other && `Subnet ${subnet.name} overlaps ${other.name}`;
        },
      },
    ],
  },
};

function prefixOf({ properties }: Pick<Resource, 'properties'>): string | undefined {
  const { addressPrefix, addressPrefixes } = properties as { addressPrefix?: string; addressPrefixes?: string[] };
  return addressPrefix ?? addressPrefixes?.[0];
}
