import { DataAzurermKubernetesCluster } from '@cdktf/provider-azurerm/lib/data-azurerm-kubernetes-cluster/index.js';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider/index.js';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider/index.js';
import { Fn } from 'cdktf';
import type { PenstockStack } from './stack.ts';

/** The application that AKS API servers take tokens for, the same in every tenant. https://azure.github.io/kubelogin */
const aksServer = '6dae42f8-4368-4678-94ff-3960e28e3630';

/**
 * Points the Kubernetes and Helm providers at the cluster: its address by a data source, the deployer's own Entra
 * token by kubelogin, since local accounts are off.
 */
export function reachCluster(stack: PenstockStack, providers: readonly ('kubernetes' | 'helm')[]): void {
  const { names, environment } = stack;
  const cluster = new DataAzurermKubernetesCluster(stack, 'cluster', {
    name: names.cluster,
    resourceGroupName: names.groups.cluster,
  });
  const config = cluster.kubeConfig.get(0);
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'kubelogin',
    // azd would do for people alone; the chain of azurecli is what pipelines have too.
    args: ['get-token', '--login', 'azurecli', '--server-id', aksServer, '--tenant-id', environment.tenant],
  };
  const connection = { host: config.host, clusterCaCertificate: Fn.base64decode(config.clusterCaCertificate) };
  if (providers.includes('kubernetes')) new KubernetesProvider(stack, 'kubernetes', { ...connection, exec: [exec] });
  if (providers.includes('helm')) new HelmProvider(stack, 'helm', { kubernetes: { ...connection, exec } });
}
