import { ApiManagementDiagnostic } from '@cdktf/provider-azurerm/lib/api-management-diagnostic/index.js';
import { ApiManagementLogger } from '@cdktf/provider-azurerm/lib/api-management-logger/index.js';
import type { ApiManagement } from '@cdktf/provider-azurerm/lib/api-management/index.js';
import { DataAzurermApplicationInsights } from '@cdktf/provider-azurerm/lib/data-azurerm-application-insights/index.js';
import type { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import { diagnose } from '../diagnose.ts';
import type { PenstockStack } from '../stack.ts';

/** Headers that say which call it was; never a key, a token or a body. */
const safeHeaders = ['traceparent', 'x-penstock-release', 'x-penstock-rows', 'x-penstock-cache'];

/** Calls to Application Insights, and the gateway's own logs to Log Analytics; keys and bodies to neither. */
export function watchGateway(stack: PenstockStack, group: ResourceGroup, instance: ApiManagement): void {
  const { names } = stack;
  const common = { apiManagementName: instance.name, resourceGroupName: group.name };
  const insights = new DataAzurermApplicationInsights(stack, 'insights', {
    name: names.insights,
    resourceGroupName: names.groups.platform,
  });
  const logger = new ApiManagementLogger(stack, 'logger', {
    ...common,
    name: 'insights',
    resourceId: insights.id,
    applicationInsights: { connectionString: insights.connectionString },
  });
  const side = {
    bodyBytes: 0,
    headersToLog: safeHeaders,
    dataMasking: {
      queryParams: [{ mode: 'Hide', value: 'subscription-key' }],
      headers: ['Ocp-Apim-Subscription-Key', 'Authorization', 'Cookie'].map((value) => ({ mode: 'Hide', value })),
    },
  };
  new ApiManagementDiagnostic(stack, 'calls', {
    ...common,
    identifier: 'applicationinsights',
    apiManagementLoggerId: logger.id,
    samplingPercentage: 100,
    alwaysLogErrors: true,
    logClientIp: false,
    verbosity: 'information',
    httpCorrelationProtocol: 'W3C',
    operationNameFormat: 'Name',
    frontendRequest: side,
    frontendResponse: side,
    backendRequest: side,
    backendResponse: side,
  });
  diagnose(stack, 'api-management', instance.id, { logs: ['GatewayLogs'], metrics: ['AllMetrics'], ownTables: true });
}
