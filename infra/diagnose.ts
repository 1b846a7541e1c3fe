import { LogAnalyticsWorkspace } from '@cdktf/provider-azurerm/lib/log-analytics-workspace/index.js';
import { MonitorDiagnosticSetting } from '@cdktf/provider-azurerm/lib/monitor-diagnostic-setting/index.js';
import type { PenstockStack } from './stack.ts';

export interface Diagnosed {
  /** Log categories; groups are written `group:audit`. None: metrics alone. */
  readonly logs: readonly string[];
  readonly metrics: readonly string[];
  /** Tables of the resource's own instead of AzureDiagnostics, where the service offers both. */
  readonly ownTables?: boolean;
}

/** Sends a resource's logs and metrics to the Log Analytics workspace. Which categories: never one with bodies or keys. */
export function diagnose(
  stack: PenstockStack,
  id: string,
  target: string,
  { logs, metrics, ownTables }: Diagnosed,
): void {
  // The workspace goes by its id: to Terraform that is a text, and no reason to wait.
  const workspace = stack.node.tryFindChild('logs');
  new MonitorDiagnosticSetting(stack, `${id}-diagnostics`, {
    name: 'penstock',
    targetResourceId: target,
    logAnalyticsWorkspaceId: stack.ids.logs,
    ...(workspace instanceof LogAnalyticsWorkspace && { dependsOn: [workspace] }),
    ...(ownTables && { logAnalyticsDestinationType: 'Dedicated' }),
    enabledLog: logs.map((log) =>
      log.startsWith('group:') ? { categoryGroup: log.slice('group:'.length) } : { category: log },
    ),
    enabledMetric: metrics.map((category) => ({ category })),
  });
}
