import type { KubernetesCluster } from '@cdktf/provider-azurerm/lib/kubernetes-cluster/index.js';
import { MonitorAlertPrometheusRuleGroup } from '@cdktf/provider-azurerm/lib/monitor-alert-prometheus-rule-group/index.js';
import type { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import type { PenstockStack } from '../stack.ts';
import { prometheusAlerts } from './alerts.ts';

/** Prometheus rules in the Monitor workspace: recordings that the workbook draws, and the alerts. */
export function clusterAlerts(stack: PenstockStack, group: ResourceGroup, cluster: KubernetesCluster): void {
  const { names, ids, environment } = stack;
  const common = {
    resourceGroupName: group.name,
    location: environment.region,
    clusterName: cluster.name,
    scopes: [ids.metrics, cluster.id],
    ruleGroupEnabled: true,
    interval: 'PT1M',
  };
  new MonitorAlertPrometheusRuleGroup(stack, 'recordings', {
    ...common,
    name: 'penstock-recordings',
    rule: [
      {
        enabled: true,
        record: 'penstock:requests:rate5m',
        expression: 'sum by (service, status) (rate(penstock_requests_total[5m]))',
      },
      {
        enabled: true,
        record: 'penstock:duration:p99',
        expression:
          'histogram_quantile(0.99, sum by (service, le) (rate(penstock_request_duration_seconds_bucket[5m])))',
      },
    ],
  });
  new MonitorAlertPrometheusRuleGroup(stack, 'alerts', {
    ...common,
    name: 'penstock-alerts',
    rule: prometheusAlerts(names.namespace).map(({ name, severity, summary, expression, for: held }) => ({
      alert: name,
      enabled: true,
      expression,
      for: held,
      severity,
      annotations: { summary, runbook: `docs/operations.md#${name.toLowerCase()}` },
      action: [{ actionGroupId: ids.actions }],
      alertResolution: { autoResolved: true, timeToResolve: 'PT10M' },
    })),
  });
}
