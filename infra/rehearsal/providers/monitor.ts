import { guidOf, keyOf } from '../identifiers.ts';
import type { ResourceProvider } from '../provider.ts';

const place = 'https://westeurope-1.in.applicationinsights.azure.com/';

/** Log Analytics workspaces. */
export const operationalInsights: ResourceProvider = {
  namespace: 'microsoft.operationalinsights',
  adds: {
    'microsoft.operationalinsights/workspaces': ({ id, properties }) => {
      properties['customerId'] = guidOf(id);
    },
  },
  answer({ method, path }) {
    if (method !== 'POST' || !/\/sharedkeys$/i.test(path)) return undefined;
    return { status: 200, body: { primarySharedKey: keyOf(path), secondarySharedKey: keyOf(`${path}2`) } };
  },
};

/** Application Insights, action groups, rules, workbooks and diagnostic settings. */
export const insights: ResourceProvider = {
  namespace: 'microsoft.insights',
  adds: {
    'microsoft.insights/components': ({ id, name, properties }, { resources }) => {
      // Beside it, and not deleted with it: https://github.com/hashicorp/terraform-provider-azurerm/issues/18026.
      const group = id.slice(0, id.toLowerCase().indexOf('/providers/'));
      for (const path of [
        'microsoft.insights/actionGroups/Application Insights Smart Detection',
        `microsoft.alertsmanagement/smartDetectorAlertRules/Failure Anomalies - ${name}`,
      ]) {
        resources.put(`${group}/providers/${path}`, { location: 'global' });
      }
      const instrumentation = guidOf(`${id} key`);
      Object.assign(properties, {
        AppId: guidOf(id),
        InstrumentationKey: instrumentation,
        ConnectionString: `InstrumentationKey=${instrumentation};IngestionEndpoint=${place}`,
      });
    },
  },
  answer({ method, path }) {
    if (!/\/currentbillingfeatures$/i.test(path) || !['GET', 'PUT'].includes(method)) return undefined;
    const features = {
      CurrentBillingFeatures: ['Basic'],
      DataVolumeCap: { Cap: 100, StopSendNotificationWhenHitCap: false },
    };
    return { status: 200, body: features };
  },
};

/** Monitor workspaces. */
export const monitor: ResourceProvider = {
  namespace: 'microsoft.monitor',
  adds: {
    'microsoft.monitor/accounts': ({ name, properties }) => {
      properties['metrics'] = {
        prometheusQueryEndpoint: `https://${name}-x.westeurope.prometheus.monitor.azure.com`,
        internalId: 'x',
      };
    },
  },
};
