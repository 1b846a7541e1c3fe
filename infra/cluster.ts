import { DataAzurermPublicIp } from '@cdktf/provider-azurerm/lib/data-azurerm-public-ip/index.js';
import { DataAzurermUserAssignedIdentity } from '@cdktf/provider-azurerm/lib/data-azurerm-user-assigned-identity/index.js';
import { FederatedIdentityCredential } from '@cdktf/provider-azurerm/lib/federated-identity-credential/index.js';
import { KubernetesCluster } from '@cdktf/provider-azurerm/lib/kubernetes-cluster/index.js';
import type { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import { TimeProvider } from '@cdktf/provider-time/lib/provider/index.js';
import type { Construct } from 'constructs';
import { parseRange, withMask } from './cidr.ts';
import type { Environment } from './config.ts';
import { diagnose } from './diagnose.ts';
import { grant, untilWorking } from './grant.ts';
import { serviceNamesOf } from './naming.ts';
import { clusterAlerts } from './observability/prometheus.ts';
import { collectContainers, collectMetrics } from './observability/collection.ts';
import { hardenedPool, scoringPool } from './pools.ts';
import { PenstockStack } from './stack.ts';

/** The service account that cert-manager runs as, for its federated credential. */
export const certManager = { namespace: 'cert-manager', serviceAccount: 'cert-manager' } as const;

/** AKS with its pools, who may do what with it, and what watches it. */
export class ClusterStack extends PenstockStack {
  constructor(scope: Construct, environment: Environment) {
    super(scope, 'cluster', environment);
    new TimeProvider(this, 'time');
    const group = this.group();
    const cluster = this.cluster(group);
    const { scoring, gpu } = environment.cluster;
    scoringPool(this, cluster, 'scoring', scoring);
    if (gpu !== undefined) scoringPool(this, cluster, 'gpu', gpu);
    this.federation(cluster);
    collectMetrics(this, group, cluster);
    collectContainers(this, group, cluster);
    clusterAlerts(this, group, cluster);
    diagnose(this, 'cluster', cluster.id, {
      // kube-audit-admin leaves reads out; a secret's content is in neither.
      logs: ['kube-audit-admin', 'guard', 'cluster-autoscaler', 'kube-controller-manager', 'cloud-controller-manager'],
      metrics: ['AllMetrics'],
    });
  }

  private cluster(group: ResourceGroup): KubernetesCluster {
    const { names, ids, environment } = this;
    const { cluster, network, operators, tenant, region } = environment;
    const own = this.identity('cluster', names.identities.cluster);
    const kubelet = this.identity('kubelet', names.identities.kubelet);
    const roles = untilWorking(this, 'roles-work', [
      grant(this, 'cluster-joins-nodes', {
        to: own.principalId,
        role: 'Network Contributor',
        on: ids.subnet('nodes'),
        because: 'The cluster puts its nodes into the subnet.',
      }),
      grant(this, 'cluster-joins-load-balancers', {
        to: own.principalId,
        role: 'Network Contributor',
        on: ids.subnet('loadBalancers'),
        because: 'The cluster gives internal load balancers their addresses there.',
      }),
      grant(this, 'cluster-hands-out-kubelet', {
        to: own.principalId,
        role: 'Managed Identity Operator',
        on: ids.identity(names.identities.kubelet),
        because: 'The cluster gives nodes the identity that pulls images.',
      }),
    ]);
    const isPrivate = cluster.access === 'private';
    return new KubernetesCluster(this, 'cluster', {
      name: names.cluster,
      resourceGroupName: group.name,
      location: region,
      nodeResourceGroup: names.nodesGroup,
      dnsPrefix: names.cluster,
      skuTier: cluster.tier,
      ...(cluster.version !== undefined && { kubernetesVersion: cluster.version }),
      automaticUpgradeChannel: 'patch',
      nodeOsUpgradeChannel: 'NodeImage',
      maintenanceWindowAutoUpgrade: weekly('Saturday'),
      maintenanceWindowNodeOs: weekly('Sunday'),

      localAccountDisabled: true,
      roleBasedAccessControlEnabled: true,
      azureActiveDirectoryRoleBasedAccessControl: {
        tenantId: tenant,
        azureRbacEnabled: true,
        adminGroupObjectIds: [...operators.groups],
      },
      runCommandEnabled: false,
      azurePolicyEnabled: true,
      oidcIssuerEnabled: true,
      workloadIdentityEnabled: true,
      identity: { type: 'UserAssigned', identityIds: [ids.identity(names.identities.cluster)] },
      kubeletIdentity: {
        clientId: kubelet.clientId,
        objectId: kubelet.principalId,
        userAssignedIdentityId: ids.identity(names.identities.kubelet),
      },

      privateClusterEnabled: isPrivate,
      ...(isPrivate
        ? { privateDnsZoneId: 'System', privateClusterPublicFqdnEnabled: false }
        : { apiServerAccessProfile: { authorizedIpRanges: this.authorised() } }),
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        networkDataPlane: 'cilium',
        networkPolicy: 'cilium',
        loadBalancerSku: 'standard',
        outboundType: 'userAssignedNATGateway',
        podCidr: network.pods,
        serviceCidr: network.services,
        dnsServiceIp: addressIn(network.services, 10),
      },

      defaultNodePool: {
        ...hardenedPool(this, cluster.system),
        name: 'system',
        type: 'VirtualMachineScaleSets',
        onlyCriticalAddonsEnabled: true,
        temporaryNameForRotation: 'systemtmp',
        upgradeSettings: { maxSurge: '33%', drainTimeoutInMinutes: 30, nodeSoakDurationInMinutes: 0 },
      },
      autoScalerProfile: {
        balanceSimilarNodeGroups: true,
        expander: 'least-waste',
        // As long as a pod may take to finish its requests, rounded up.
        maxGracefulTerminationSec: '600',
        scaleDownUnneeded: '10m',
        skipNodesWithSystemPods: true,
      },

      omsAgent: { logAnalyticsWorkspaceId: ids.logs, msiAuthForMonitoringEnabled: true },
      monitorMetrics: {},
      microsoftDefender: { logAnalyticsWorkspaceId: ids.logs },
      keyVaultSecretsProvider: { secretRotationEnabled: true, secretRotationInterval: '2m' },
      imageCleanerEnabled: true,
      imageCleanerIntervalHours: 48,
      costAnalysisEnabled: cluster.tier !== 'Free',

      dependsOn: [roles],
      lifecycle: {
        // The autoscaler and the upgrade channels move these.
        ignoreChanges: [
          'kubernetes_version',
          'default_node_pool[0].node_count',
          'default_node_pool[0].orchestrator_version',
        ],
      },
    });
  }

  /** The operators, and the nodes themselves: they leave by the NAT gateway and reach the public API server. */
  private authorised(): string[] {
    const nat = new DataAzurermPublicIp(this, 'nat-address', {
      name: this.names.natAddress,
      resourceGroupName: this.names.groups.network,
    });
    return [...this.environment.operators.ipRanges.map(withMask), `${nat.ipAddress}/32`];
  }

  /** Pods exchange their service account's token for their identity's. */
  private federation(cluster: KubernetesCluster): void {
    const { names, ids, environment } = this;
    const accounts = [
      ...environment.services.map(({ definition }) => {
        const own = serviceNamesOf(environment, definition.name);
        return { id: own.object, identity: own.identity, account: `${names.namespace}:${own.object}` };
      }),
      {
        id: 'cert-manager',
        identity: names.identities.certificates,
        account: `${certManager.namespace}:${certManager.serviceAccount}`,
      },
    ];
    for (const { id, identity, account } of accounts) {
      new FederatedIdentityCredential(this, `${id}-federation`, {
        name: 'kubernetes',
        resourceGroupName: names.groups.platform,
        parentId: ids.identity(identity),
        issuer: cluster.oidcIssuerUrl,
        subject: `system:serviceaccount:${account}`,
        audience: ['api://AzureADTokenExchange'],
      });
    }
  }

  private identity(id: string, name: string): DataAzurermUserAssignedIdentity {
    return new DataAzurermUserAssignedIdentity(this, `${id}-identity`, {
      name,
      resourceGroupName: this.names.groups.platform,
    });
  }
}

function weekly(dayOfWeek: string) {
  return { frequency: 'Weekly', interval: 1, dayOfWeek, startTime: '01:00', utcOffset: '+00:00', duration: 4 };
}

/** The nth address of a range. */
function addressIn(range: string, index: number): string {
  const number = parseRange(range)!.first + index;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
