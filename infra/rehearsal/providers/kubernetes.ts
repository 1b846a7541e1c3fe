import { contains, parseRange } from '../../cidr.ts';
import { guidOf, pretended } from '../identifiers.ts';
import { mayAlready, type ResourceProvider, type World } from '../provider.ts';
import { principalOf, type Json, type Resource } from '../resources.ts';

const version = '1.34.1';

export const kubernetes: ResourceProvider = {
  namespace: 'microsoft.containerservice',
  adds: {
    'microsoft.containerservice/managedclusters': (cluster, { resources }) => {
      const { properties, location = '', name } = cluster;
      const prefix = (properties['dnsPrefix'] as string | undefined) ?? name;
      properties['fqdn'] ??= `${prefix}-x.hcp.${location}.azmk8s.io`;
      if ((properties['apiServerAccessProfile'] as Json | undefined)?.['enablePrivateCluster'] === true) {
        properties['privateFQDN'] ??= `${prefix}-x.privatelink.${location}.azmk8s.io`;
      }
      properties['powerState'] = { code: 'Running' };
      properties['kubernetesVersion'] ??= version;
      properties['currentKubernetesVersion'] = properties['kubernetesVersion'];
      const issuer = properties['oidcIssuerProfile'] as Json | undefined;
      if (issuer?.['enabled'] === true) {
        issuer['issuerURL'] = `https://${location}.oic.prod-aks.azure.com/${pretended.tenant}/${guidOf(cluster.id)}/`;
      }
      for (const pool of (properties['agentPoolProfiles'] ?? []) as Json[]) {
        running(pool, properties['kubernetesVersion'] as string);
        resources.put(`${cluster.id}/agentPools/${String(pool['name'])}`, { properties: { ...pool } });
      }
    },
    'microsoft.containerservice/managedclusters/agentpools': ({ properties }) => running(properties, version),
  },
  refusals: {
    'microsoft.containerservice/managedclusters': [
      {
        source: 'https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges#limitations',
        refuses: ({ properties }) => {
          const access = (properties['apiServerAccessProfile'] ?? {}) as Json;
          const ranges = (access['authorizedIPRanges'] ?? []) as unknown[];
          return access['enablePrivateCluster'] === true && ranges.length > 0
            ? 'authorizedIPRanges cannot be set on a private cluster'
            : undefined;
        },
      },
      {
        source:
          'https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges#overview-of-api-server-authorized-ip-ranges',
        code: 'VMExtensionProvisioningError',
        refuses: ({ properties }, { resources }) => {
          const { authorizedIPRanges = [] } = (properties['apiServerAccessProfile'] ?? {}) as {
            authorizedIPRanges?: string[];
          };
          const { outboundType } = (properties['networkProfile'] ?? {}) as Json;
          if (authorizedIPRanges.length === 0 || outboundType !== 'userAssignedNATGateway') return undefined;
          const ways = resources
            .ofType('microsoft.network/publicipaddresses')
            .map(({ properties: { ipAddress } }) => ipAddress as string);
          const shut = ways.find((way) => !authorizedIPRanges.some((range) => isIn(way, range)));
          return shut === undefined ? undefined : `Nodes leave by ${shut}, which authorizedIPRanges lacks`;
        },
      },
      {
        source: 'https://learn.microsoft.com/azure/aks/cost-analysis#prerequisites-and-limitations',
        refuses: ({ properties, sku }) => {
          const { costAnalysis } = (properties['metricsProfile'] ?? {}) as { costAnalysis?: { enabled?: boolean } };
          return costAnalysis?.enabled === true && sku?.['tier'] === 'Free'
            ? 'Cost analysis needs the Standard or the Premium tier'
            : undefined;
        },
      },
      {
        source: 'https://learn.microsoft.com/azure/aks/use-managed-identity#bring-your-own-kubelet-managed-identity',
        code: 'CustomKubeletIdentityMissingPermissionError',
        refuses: (cluster, world) => {
          const kubelet = ((cluster.properties['identityProfile'] as Json)?.['kubeletidentity'] ?? {}) as Json;
          const id = kubelet['resourceId'] as string | undefined;
          if (id === undefined || ownIdentity(cluster) === undefined) return undefined;
          return has(cluster, world, ['Managed Identity Operator'], id)
            ? undefined
            : `The cluster's identity has no Managed Identity Operator role on ${id}`;
        },
      },
      {
        source: 'https://learn.microsoft.com/azure/aks/configure-azure-cni#prerequisites',
        code: 'LinkedAuthorizationFailed',
        refuses: (cluster, world) => {
          const pools = (cluster.properties['agentPoolProfiles'] ?? []) as Json[];
          const subnet = pools.map((pool) => pool['vnetSubnetID'] as string).find(Boolean);
          if (subnet === undefined || has(cluster, world, ['Network Contributor'], subnet)) return undefined;
          return `The cluster's identity may not join ${subnet}`;
        },
      },
    ],
  },
  answer({ method, path }, { resources, authority }) {
    const [, id] = /^(.*\/managedclusters\/[^/]+)\/listcluster(?:user|admin)credential$/i.exec(path) ?? [];
    if (method !== 'POST' || id === undefined) return undefined;
    const value = kubeconfig(String(resources.get(id)?.properties['fqdn']), authority);
    return { status: 200, body: { kubeconfigs: [{ name: 'clusterUser', value }] } };
  },
};

function running(pool: Json, kubernetesVersion: string): void {
  pool['provisioningState'] = 'Succeeded';
  pool['powerState'] = { code: 'Running' };
  pool['orchestratorVersion'] ??= kubernetesVersion;
  pool['currentOrchestratorVersion'] = pool['orchestratorVersion'];
}

function isIn(address: string, range: string): boolean {
  const [inner, outer] = [parseRange(address), parseRange(range)];
  return inner !== undefined && outer !== undefined && contains(outer, inner);
}

function ownIdentity({ identity }: Resource): string | undefined {
  return Object.keys(identity?.userAssignedIdentities ?? {})[0];
}

function has(cluster: Resource, world: World, roles: string[], scope: string): boolean {
  const identity = ownIdentity(cluster);
  return identity !== undefined && mayAlready(world, principalOf(identity).principalId, roles, scope);
}

/** As Azure hands it out when local accounts are off: no credential in it, an exec plugin instead. */
function kubeconfig(server: string, authority: string): string {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'cluster',
        cluster: {
          server: `https://${server}:443`,
          'certificate-authority-data': Buffer.from(authority).toString('base64'),
        },
      },
    ],
    contexts: [{ name: 'cluster', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'cluster',
    users: [
      {
        name: 'user',
        user: {
          exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', command: 'kubelogin', args: ['get-token'] },
        },
      },
    ],
  });
  return Buffer.from(text).toString('base64');
}
