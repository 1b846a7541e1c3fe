/** An alert: what docs/operations.md says of it stands under its name. */
interface Alert {
  readonly name: string;
  /** 1 wakes somebody, 4 is for the record. Not 0: azurerm takes it for nothing in a Prometheus rule, and Azure says 3. */
  readonly severity: 1 | 2 | 3 | 4;
  readonly summary: string;
}

export interface PrometheusAlert extends Alert {
  /** PromQL; it fires for each series that comes back. */
  readonly expression: string;
  /** ISO 8601: how long it must hold. */
  readonly for: string;
}

export interface LogAlert extends Alert {
  /** KQL on the Log Analytics workspace; it fires when rows come back. */
  readonly query: string;
  /** ISO 8601. */
  readonly window: string;
}

/** What the scoring servers' metrics tell; `service` is the label that the PodMonitor gives every series. */
export function prometheusAlerts(namespace: string): PrometheusAlert[] {
  const requests = `sum by (service) (rate(penstock_requests_total[5m]))`;
  const answered = (status: string) => `sum by (service) (rate(penstock_requests_total{status=~"${status}"}[5m]))`;
  return [
    {
      name: 'NoReadyPod',
      severity: 1,
      summary: 'A service has no pod that can answer.',
      expression: `kube_deployment_status_replicas_available{namespace="${namespace}"} == 0`,
      for: 'PT2M',
    },
    {
      name: 'ServerErrors',
      severity: 1,
      summary: 'More than one answer in fifty is a server error.',
      expression: `${answered('5..')} / ${requests} > 0.02`,
      for: 'PT5M',
    },
    {
      name: 'Overloaded',
      severity: 2,
      summary: 'More than one request in a hundred is refused because the queue is full or too slow.',
      expression: `${answered('503')} / ${requests} > 0.01`,
      for: 'PT5M',
    },
    {
      name: 'SlowAnswers',
      severity: 2,
      summary: 'The slowest answer in a hundred takes more than two seconds.',
      expression: `histogram_quantile(0.99, sum by (service, le) (rate(penstock_request_duration_seconds_bucket[5m]))) > 2`,
      for: 'PT10M',
    },
    {
      name: 'LongQueue',
      severity: 2,
      summary: 'One request in twenty waits more than half a second for a worker.',
      expression: `histogram_quantile(0.95, sum by (service, le) (rate(penstock_queue_wait_seconds_bucket[5m]))) > 0.5`,
      for: 'PT10M',
    },
    {
      name: 'WorkerRestarts',
      severity: 2,
      summary: 'R workers are replaced again and again.',
      expression: `sum by (service) (increase(penstock_worker_restarts_total[15m])) > 5`,
      for: 'PT5M',
    },
    {
      name: 'MixedReleases',
      severity: 2,
      summary: 'Pods of one service have served different releases for longer than a swap takes.',
      expression: `count by (service) (count by (service, release) (penstock_release_info)) > 1`,
      for: 'PT15M',
    },
    {
      name: 'NodeMemoryPressure',
      severity: 1,
      summary: 'A node is short of memory and will evict pods.',
      expression: `kube_node_status_condition{condition="MemoryPressure",status="true"} == 1`,
      for: 'PT5M',
    },
  ];
}

/** What the functions leave in Application Insights' tables; the names are those of functions/telemetry.ts. */
export function logAlerts(functionApp: string): LogAlert[] {
  const own = `where AppRoleName =~ '${functionApp}'`;
  const isOpen = `tostring(Properties['open']) == 'true'`;
  return [
    {
      name: 'FrontDoorOpen',
      severity: 1,
      summary: 'The gateway let a call through without a key, with a wrong one, or with a body over the limit.',
      query: `AppAvailabilityResults | ${own} | where Success == false and ${isOpen} | project TimeGenerated, Name, Message`,
      window: 'PT5M',
    },
    {
      name: 'ProbeFailed',
      severity: 1,
      summary: 'A probe got no answer, or a wrong or late one, twice.',
      query: `AppAvailabilityResults | ${own} | where Success == false and not(${isOpen}) | project TimeGenerated, Name, Message`,
      window: 'PT5M',
    },
    {
      name: 'ProbeMissing',
      severity: 1,
      summary: 'No result of a probe has come, good or bad: nobody is watching.',
      query: `AppAvailabilityResults | ${own} | summarize results = count() | where results == 0`,
      window: 'PT15M',
    },
    {
      name: 'CertificateExpiring',
      severity: 2,
      summary: 'The certificate of the gateway ends within 21 days.',
      query: `AppMetrics | ${own} | where Name == 'penstock_certificate_days' | summarize arg_max(TimeGenerated, Min) | where Min < 21`,
      window: 'PT15M',
    },
    {
      name: 'FunctionFailed',
      severity: 2,
      summary: 'A warm-up or a round of probes ended with an error.',
      query: `AppRequests | ${own} | where Success == false | project TimeGenerated, OperationName, ResultCode`,
      window: 'PT15M',
    },
  ];
}
