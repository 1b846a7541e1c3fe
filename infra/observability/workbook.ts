import type { Ids } from '../ids.ts';

/** Log Analytics and Prometheus, as workbooks number their sources and resources. */
const kql = { queryType: 0, resourceType: 'microsoft.operationalinsights/workspaces' };
const promQl = { queryType: 16, resourceType: 'microsoft.monitor/accounts' };

interface Panel {
  readonly title: string;
  readonly query: string;
  readonly chart: 'timechart' | 'table';
  readonly source: typeof kql | typeof promQl;
}

/** From the caller's view inwards: gateway, probes, service, queue, workers, releases. */
const panels: readonly Panel[] = [
  {
    title: 'Calls at the gateway, by answer',
    query: 'ApiManagementGatewayLogs | summarize calls = count() by bin(TimeGenerated, 5m), tostring(ResponseCode)',
    chart: 'timechart',
    source: kql,
  },
  {
    title: 'Calls by subscription',
    query:
      'ApiManagementGatewayLogs | summarize calls = count(), p99 = percentile(TotalTime, 99) by ApimSubscriptionId, ApiId | order by calls',
    chart: 'table',
    source: kql,
  },
  {
    title: 'Failed probes',
    query:
      'AppAvailabilityResults | where Success == false | project TimeGenerated, Name, Message, OperationId | order by TimeGenerated',
    chart: 'table',
    source: kql,
  },
  { title: 'Requests a second, by answer', query: 'penstock:requests:rate5m', chart: 'timechart', source: promQl },
  { title: 'The slowest in a hundred, seconds', query: 'penstock:duration:p99', chart: 'timechart', source: promQl },
  {
    title: 'Requests that wait',
    query: 'sum by (service) (penstock_queue_depth)',
    chart: 'timechart',
    source: promQl,
  },
  {
    title: 'R workers, by state',
    query: 'sum by (service, state) (penstock_workers)',
    chart: 'timechart',
    source: promQl,
  },
  {
    title: 'Workers replaced in an hour, by reason',
    query: 'sum by (service, reason) (increase(penstock_worker_restarts_total[1h]))',
    chart: 'timechart',
    source: promQl,
  },
  {
    title: 'Pods by release',
    query: 'count by (service, release) (penstock_release_info)',
    chart: 'timechart',
    source: promQl,
  },
];

/** The workbook's content. https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-automate */
export function workbook(ids: Ids) {
  return {
    version: 'Notebook/1.0',
    items: [
      {
        type: 9,
        name: 'time',
        content: {
          version: 'KqlParameterItem/1.0',
          parameters: [
            {
              version: 'KqlParameterItem/1.0',
              name: 'time',
              type: 4,
              isRequired: true,
              value: { durationMs: 14_400_000 },
              typeSettings: {
                selectableValues: [{ durationMs: 3_600_000 }, { durationMs: 14_400_000 }, { durationMs: 86_400_000 }],
                allowCustom: true,
              },
            },
          ],
        },
      },
      ...panels.map(({ title, query, chart, source }) => ({
        type: 3,
        name: title,
        content: {
          version: 'KqlItem/1.0',
          title,
          query:
            source === promQl ? JSON.stringify({ version: 'PrometheusQuery/1.0', query, queryType: 'range' }) : query,
          size: 0,
          timeContextFromParameter: 'time',
          visualization: chart,
          ...source,
          crossComponentResources: [source === promQl ? ids.metrics : ids.logs],
        },
      })),
    ],
    isLocked: false,
    fallbackResourceIds: [ids.logs],
  };
}
