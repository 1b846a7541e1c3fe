import { KubernetesClusterNodePool } from '@cdktf/provider-azurerm/lib/kubernetes-cluster-node-pool/index.js';
import type { ITerraformDependable } from 'cdktf';
import type { Pool } from './config.ts';
import type { PenstockStack } from './stack.ts';

/** What keeps other pods off the scoring nodes, and what scoring pods tolerate. */
export const scoringTaint = { key: 'penstock.io/scoring', value: 'true', effect: 'NoSchedule' } as const;
export const gpuTaint = { key: 'sku', value: 'gpu', effect: 'NoSchedule' } as const;
/** Put on spot nodes by AKS itself. https://learn.microsoft.com/azure/aks/spot-node-pool */
export const spotTaint = { key: 'kubernetes.azure.com/scalesetpriority', value: 'spot', effect: 'NoSchedule' } as const;
/** The node label that says which pool a pod is meant for. */
export const poolLabel = 'penstock.io/pool';

interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** What every pool has in common, the system pool too. */
export function hardenedPool(stack: PenstockStack, { size, min, max }: Pool) {
  return {
    vmSize: size,
    vnetSubnetId: stack.ids.subnet('nodes'),
    zones: [...stack.environment.zones],
    autoScalingEnabled: true,
    minCount: min,
    maxCount: max,
    maxPods: 60,
    osSku: 'AzureLinux',
    osDiskType: 'Ephemeral',
    // Fits the temporary disk of the smallest size with one.
    osDiskSizeGb: 64,
    hostEncryptionEnabled: true,
    nodePublicIpEnabled: false,
  };
}

/** A pool of scoring nodes: nothing else is scheduled there, and whole cores belong to one pod each. */
export function scoringPool(
  stack: PenstockStack,
  cluster: ITerraformDependable & { readonly id: string },
  name: 'scoring' | 'gpu',
  pool: Pool & { readonly spot?: boolean },
): KubernetesClusterNodePool {
  const taints: Taint[] = [name === 'gpu' ? gpuTaint : scoringTaint, ...(pool.spot ? [spotTaint] : [])];
  return new KubernetesClusterNodePool(stack, `${name}-pool`, {
    ...hardenedPool(stack, pool),
    name,
    kubernetesClusterId: cluster.id,
    mode: 'User',
    temporaryNameForRotation: `${name}tmp`,
    nodeLabels: { [poolLabel]: name, ...(pool.spot && { [spotTaint.key]: spotTaint.value }) },
    nodeTaints: taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`),
    kubeletConfig: { cpuManagerPolicy: 'static', cpuCfsQuotaEnabled: true },
    ...(name === 'gpu' && { gpuDriver: 'Install' }),
    ...(pool.spot
      ? { priority: 'Spot', evictionPolicy: 'Delete', spotMaxPrice: -1 }
      : { upgradeSettings: { maxSurge: '33%', drainTimeoutInMinutes: 30, nodeSoakDurationInMinutes: 0 } }),
    lifecycle: { ignoreChanges: ['node_count', 'orchestrator_version'] },
  });
}
