import type { KubernetesCluster } from '@cdktf/provider-azurerm/lib/kubernetes-cluster/index.js';
import { MonitorDataCollectionEndpoint } from '@cdktf/provider-azurerm/lib/monitor-data-collection-endpoint/index.js';
import { MonitorDataCollectionRuleAssociation } from '@cdktf/provider-azurerm/lib/monitor-data-collection-rule-association/index.js';
import { MonitorDataCollectionRule } from '@cdktf/provider-azurerm/lib/monitor-data-collection-rule/index.js';
import type { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import { diagnose } from '../diagnose.ts';
import type { PenstockStack } from '../stack.ts';

/** Managed Prometheus: what the cluster's agents scrape goes to the Monitor workspace. */
export function collectMetrics(stack: PenstockStack, group: ResourceGroup, cluster: KubernetesCluster): void {
  const { names, ids, environment } = stack;
  const endpoint = new MonitorDataCollectionEndpoint(stack, 'collection-endpoint', {
    name: names.collectionEndpoint,
    resourceGroupName: group.name,
    location: environment.region,
    kind: 'Linux',
  });
  const rule = new MonitorDataCollectionRule(stack, 'prometheus-rule', {
    name: names.prometheusRule,
    resourceGroupName: group.name,
    location: environment.region,
    kind: 'Linux',
    dataCollectionEndpointId: endpoint.id,
    dataSources: { prometheusForwarder: [{ name: 'prometheus', streams: ['Microsoft-PrometheusMetrics'] }] },
    destinations: { monitorAccount: [{ name: 'metrics', monitorAccountId: ids.metrics }] },
    dataFlow: [{ streams: ['Microsoft-PrometheusMetrics'], destinations: ['metrics'] }],
  });
  // What could not be taken in.
  diagnose(stack, 'prometheus-rule', rule.id, { logs: ['LogErrors'], metrics: ['AllMetrics'] });
  new MonitorDataCollectionRuleAssociation(stack, 'prometheus-association', {
    name: 'prometheus',
    targetResourceId: cluster.id,
    dataCollectionRuleId: rule.id,
  });
}

/** Container Insights: with managed identity it collects nothing without a rule of its own. */
export function collectContainers(stack: PenstockStack, group: ResourceGroup, cluster: KubernetesCluster): void {
  const { names, ids, environment } = stack;
  const streams = [
    'Microsoft-ContainerLogV2',
    'Microsoft-KubeEvents',
    'Microsoft-KubePodInventory',
    'Microsoft-KubeNodeInventory',
  ];
  const rule = new MonitorDataCollectionRule(stack, 'containers-rule', {
    name: names.containerRule,
    resourceGroupName: group.name,
    location: environment.region,
    kind: 'Linux',
    dataSources: {
      extension: [
        {
          name: 'containers',
          extensionName: 'ContainerInsights',
          streams,
          extensionJson: JSON.stringify({
            dataCollectionSettings: {
              interval: '1m',
              namespaceFilteringMode: 'Include',
              namespaces: [names.namespace, 'cert-manager', 'kube-system'],
              enableContainerLogV2: true,
            },
          }),
        },
      ],
    },
    destinations: { logAnalytics: [{ name: 'logs', workspaceResourceId: ids.logs }] },
    dataFlow: [{ streams, destinations: ['logs'] }],
  });
  diagnose(stack, 'containers-rule', rule.id, { logs: ['LogErrors'], metrics: ['AllMetrics'] });
  new MonitorDataCollectionRuleAssociation(stack, 'containers-association', {
    name: 'ContainerInsightsExtension',
    targetResourceId: cluster.id,
    dataCollectionRuleId: rule.id,
  });
}
