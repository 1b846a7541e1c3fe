import { DataAzurermUserAssignedIdentity } from '@cdktf/provider-azurerm/lib/data-azurerm-user-assigned-identity/index.js';
import { Release } from '@cdktf/provider-helm/lib/release/index.js';
import type { Construct } from 'constructs';
import { localChart } from './charts.ts';
import { reachCluster } from './cluster-access.ts';
import { certManager } from './cluster.ts';
import type { Environment, TlsConfig } from './config.ts';
import { gpuTaint, poolLabel } from './pools.ts';
import { PenstockStack } from './stack.ts';

/** Charts of others, each at a version that has been read. */
const charts = {
  certManager: { repository: 'https://charts.jetstack.io', chart: 'cert-manager', version: 'v1.18.2' },
  nvidia: {
    repository: 'https://nvidia.github.io/k8s-device-plugin',
    chart: 'nvidia-device-plugin',
    version: '0.17.4',
  },
} as const;

/** https://letsencrypt.org/docs/acme-protocol-updates, https://letsencrypt.org/docs/staging-environment */
const acmeServers: Record<Exclude<TlsConfig['issuer'], 'keyvault'>, string> = {
  letsencrypt: 'https://acme-v02.api.letsencrypt.org/directory',
  'letsencrypt-staging': 'https://acme-staging-v02.api.letsencrypt.org/directory',
};

/** What the services need of the cluster: certificates, and the GPU's device plugin where there is a GPU pool. */
export class AddonsStack extends PenstockStack {
  constructor(scope: Construct, environment: Environment) {
    super(scope, 'addons', environment);
    reachCluster(this, ['helm']);
    if (environment.tls.issuer !== 'keyvault') this.certificates(environment.tls.issuer);
    if (environment.cluster.gpu !== undefined) this.gpu();
  }

  private certificates(issuer: keyof typeof acmeServers): void {
    const { names, environment } = this;
    const identity = new DataAzurermUserAssignedIdentity(this, 'certificates-identity', {
      name: names.identities.certificates,
      resourceGroupName: names.groups.platform,
    });
    const onSystemNodes = {
      nodeSelector: { 'kubernetes.azure.com/mode': 'system' },
      tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
    };
    const manager = new Release(this, 'cert-manager', {
      ...charts.certManager,
      name: 'cert-manager',
      namespace: certManager.namespace,
      createNamespace: true,
      atomic: true,
      timeout: 600,
      values: [
        JSON.stringify({
          crds: { enabled: true },
          serviceAccount: {
            name: certManager.serviceAccount,
            labels: { 'azure.workload.identity/use': 'true' },
          },
          podLabels: { 'azure.workload.identity/use': 'true' },
          // Else the self-check asks the private zone of the same name, which has no challenge.
          extraArgs: ['--dns01-recursive-nameservers-only', '--dns01-recursive-nameservers=8.8.8.8:53,1.1.1.1:53'],
          ...onSystemNodes,
          webhook: onSystemNodes,
          cainjector: onSystemNodes,
          startupapicheck: onSystemNodes,
        }),
      ],
    });
    new Release(this, 'cluster-issuer', {
      name: 'cluster-issuer',
      chart: localChart(this, 'cluster-issuer'),
      namespace: certManager.namespace,
      values: [
        JSON.stringify({
          name: issuer,
          server: acmeServers[issuer],
          email: environment.tls.email,
          zone: environment.domain,
          resourceGroup: names.groups.network,
          subscription: environment.subscription,
          clientId: identity.clientId,
        }),
      ],
      dependsOn: [manager],
    });
  }

  private gpu(): void {
    new Release(this, 'gpu-device-plugin', {
      ...charts.nvidia,
      name: 'nvidia-device-plugin',
      namespace: 'kube-system',
      atomic: true,
      values: [
        JSON.stringify({
          nodeSelector: { [poolLabel]: 'gpu' },
          tolerations: [{ key: gpuTaint.key, operator: 'Equal', value: gpuTaint.value, effect: gpuTaint.effect }],
          // The plugin's own choice of nodes asks for labels that AKS doesn't give.
          affinity: null,
        }),
      ],
    });
  }
}
