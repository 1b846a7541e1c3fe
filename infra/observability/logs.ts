import { ApplicationInsightsWorkbook } from '@cdktf/provider-azurerm/lib/application-insights-workbook/index.js';
import { MonitorScheduledQueryRulesAlertV2 } from '@cdktf/provider-azurerm/lib/monitor-scheduled-query-rules-alert-v2/index.js';
import type { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import type { PenstockStack } from '../stack.ts';
import { logAlerts } from './alerts.ts';
import { workbook } from './workbook.ts';

/** The alerts on what the functions log, and the workbook that shows all there is. */
export function functionAlerts(stack: PenstockStack, group: ResourceGroup): void {
  const { names, ids, environment } = stack;
  for (const { name, severity, summary, query, window } of logAlerts(names.functions)) {
    new MonitorScheduledQueryRulesAlertV2(stack, `alert-${name}`, {
      name: `penstock-${name}`,
      displayName: name,
      description: `${summary} See docs/operations.md#${name.toLowerCase()}`,
      resourceGroupName: group.name,
      location: environment.region,
      scopes: [ids.logs],
      severity,
      evaluationFrequency: 'PT5M',
      windowDuration: window,
      autoMitigationEnabled: true,
      // A workspace that has not had its first row yet knows no table.
      skipQueryValidation: true,
      criteria: [
        {
          query,
          timeAggregationMethod: 'Count',
          operator: 'GreaterThan',
          threshold: 0,
          failingPeriods: { minimumFailingPeriodsToTriggerAlert: 1, numberOfEvaluationPeriods: 1 },
        },
      ],
      action: { actionGroups: [ids.actions] },
    });
  }
  new ApplicationInsightsWorkbook(stack, 'workbook', {
    name: names.workbook,
    displayName: `Penstock ${environment.environment}`,
    resourceGroupName: group.name,
    location: environment.region,
    // Azure stores it in lower case, and azurerm compares.
    sourceId: ids.logs.toLowerCase(),
    dataJson: JSON.stringify(workbook(ids)),
  });
}
