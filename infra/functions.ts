import { DataAzurermApplicationInsights } from '@cdktf/provider-azurerm/lib/data-azurerm-application-insights/index.js';
import { DataAzurermUserAssignedIdentity } from '@cdktf/provider-azurerm/lib/data-azurerm-user-assigned-identity/index.js';
import { EventgridSystemTopicEventSubscription } from '@cdktf/provider-azurerm/lib/eventgrid-system-topic-event-subscription/index.js';
import { EventgridSystemTopic } from '@cdktf/provider-azurerm/lib/eventgrid-system-topic/index.js';
import { FunctionAppFlexConsumption } from '@cdktf/provider-azurerm/lib/function-app-flex-consumption/index.js';
import type { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import { ServicePlan } from '@cdktf/provider-azurerm/lib/service-plan/index.js';
import { StorageAccount } from '@cdktf/provider-azurerm/lib/storage-account/index.js';
import { StorageContainer } from '@cdktf/provider-azurerm/lib/storage-container/index.js';
import { TimeProvider } from '@cdktf/provider-time/lib/provider/index.js';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import { forStorage, withMask } from './cidr.ts';
import type { Environment } from './config.ts';
import { diagnose } from './diagnose.ts';
import { grant, untilWorking } from './grant.ts';
import { functionAlerts } from './observability/logs.ts';
import { privateEndpoint } from './private-endpoint.ts';
import { deployable } from './services.ts';
import { PenstockStack } from './stack.ts';
import { hardenedStorage } from './storage.ts';

/** Where the app's package lies in its host storage. */
const packages = 'packages';

/** The function app that warms and probes, what it runs on, and the way promotions reach it. */
export class FunctionsStack extends PenstockStack {
  private readonly open: boolean;

  constructor(scope: Construct, environment: Environment) {
    super(scope, 'functions', environment);
    this.open = environment.cluster.access === 'authorisedRanges';
    new TimeProvider(this, 'time');
    const group = this.group();
    // Its settings name a channel at least.
    if (deployable(environment).length > 0) {
      const host = this.hostStorage(group);
      this.app(group, host);
    }
    this.promotions();
    functionAlerts(this, group);
  }

  private hostStorage(group: ResourceGroup): StorageAccount {
    const { names, environment, open } = this;
    const account = new StorageAccount(this, 'host-storage', {
      ...hardenedStorage(environment),
      name: names.functionsHost,
      resourceGroupName: group.name,
      networkRules: {
        defaultAction: 'Deny',
        bypass: ['AzureServices'],
        ipRules: open ? environment.operators.ipRanges.flatMap(forStorage) : [],
      },
    });
    for (const service of ['blob', 'queue', 'table'] as const) {
      privateEndpoint(this, group, { name: names.functionsHost, resource: account.id, service });
      diagnose(this, `host-storage-${service}`, `${account.id}/${service}Services/default`, {
        logs: ['StorageWrite', 'StorageDelete'],
        metrics: ['Transaction'],
      });
    }
    return account;
  }

  private app(group: ResourceGroup, host: StorageAccount): FunctionAppFlexConsumption {
    const { names, ids, environment, open } = this;
    const container = new StorageContainer(this, 'packages', {
      name: packages,
      storageAccountId: host.id,
      containerAccessType: 'private',
    });
    const identity = new DataAzurermUserAssignedIdentity(this, 'functions-identity', {
      name: names.identities.functions,
      resourceGroupName: names.groups.platform,
    });
    const ready = this.hostRoles(host, identity.principalId);
    const plan = new ServicePlan(this, 'plan', {
      name: names.plan,
      resourceGroupName: group.name,
      location: environment.region,
      osType: 'Linux',
      skuName: 'FC1',
    });
    const insights = new DataAzurermApplicationInsights(this, 'insights', {
      name: names.insights,
      resourceGroupName: names.groups.platform,
    });
    const app = new FunctionAppFlexConsumption(this, 'functions', {
      name: names.functions,
      resourceGroupName: group.name,
      location: environment.region,
      servicePlanId: plan.id,
      runtimeName: 'node',
      runtimeVersion: '22',
      instanceMemoryInMb: 2048,
      maximumInstanceCount: 40,
      httpsOnly: true,
      publicNetworkAccessEnabled: open,
      webdeployPublishBasicAuthenticationEnabled: false,
      virtualNetworkSubnetId: ids.subnet('functions'),
      storageContainerType: 'blobContainer',
      storageContainerEndpoint: `https://${names.functionsHost}.blob.core.windows.net/${packages}`,
      storageAuthenticationType: 'UserAssignedIdentity',
      storageUserAssignedIdentityId: ids.identity(names.identities.functions),
      // Storage by the user-assigned identity, Key Vault references by the system-assigned one: this version of the
      // provider can't choose another for those.
      identity: { type: 'SystemAssigned, UserAssigned', identityIds: [ids.identity(names.identities.functions)] },
      appSettings: this.settings(identity.clientId),
      siteConfig: {
        applicationInsightsConnectionString: insights.connectionString,
        minimumTlsVersion: '1.2',
        scmMinimumTlsVersion: '1.2',
        http2Enabled: true,
        ...(open && {
          ipRestrictionDefaultAction: 'Deny',
          scmUseMainIpRestriction: true,
          scmIpRestrictionDefaultAction: 'Deny',
          ipRestriction: environment.operators.ipRanges.map((range, index) => ({
            name: `operators-${index + 1}`,
            action: 'Allow',
            priority: 100 + index,
            ipAddress: withMask(range),
          })),
        }),
      },
      dependsOn: [container, ready],
      // The provider puts an empty key there that the settings above override, and would find it changed every time.
      lifecycle: { ignoreChanges: ['app_settings["AzureWebJobsStorage"]'] },
    });
    grant(this, 'functions-read-key', {
      to: app.identity.principalId,
      role: 'Key Vault Secrets User',
      on: ids.secret(names.secrets.functionsKey),
      because: 'The app setting PENSTOCK_KEY refers to this secret.',
    });
    if (!open) privateEndpoint(this, group, { name: names.functions, resource: app.id, service: 'sites' });
    diagnose(this, 'functions', app.id, { logs: ['FunctionAppLogs'], metrics: ['AllMetrics'] });
    return app;
  }

  private hostRoles(host: StorageAccount, to: string): ITerraformDependable {
    const on = host.id;
    // https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
    return untilWorking(this, 'host-roles-work', [
      grant(this, 'functions-own-host-blobs', {
        to,
        role: 'Storage Blob Data Owner',
        on,
        because: 'The Functions host keeps its package and its leases there.',
      }),
      grant(this, 'functions-use-host-queues', {
        to,
        role: 'Storage Queue Data Contributor',
        on,
        because: 'The Functions host passes messages to itself there.',
      }),
      grant(this, 'functions-use-host-tables', {
        to,
        role: 'Storage Table Data Contributor',
        on,
        because: 'The Functions host keeps diagnostic events there.',
      }),
    ]);
  }

  private settings(clientId: string): Record<string, string> {
    const { names, environment } = this;
    const { customDomain } = environment.apiManagement;
    const releases = `https://${names.releases}.blob.core.windows.net`;
    return {
      AzureWebJobsStorage: '',
      AzureWebJobsStorage__accountName: names.functionsHost,
      AzureWebJobsStorage__credential: 'managedidentity',
      AzureWebJobsStorage__clientId: clientId,
      // Which of the app's two identities the SDKs take.
      AZURE_CLIENT_ID: clientId,
      // The app and its host sign in to Application Insights too; the connection string alone opens nothing.
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `Authorization=AAD;ClientId=${clientId}`,
      PENSTOCK_STORE: `${releases}/${names.containers.releases}`,
      PENSTOCK_RESULTS: `${releases}/${names.containers.results}`,
      PENSTOCK_CHANNELS: deployable(environment)
        .map(({ channel }) => channel)
        .join(','),
      PENSTOCK_GATEWAY: `https://${customDomain?.host ?? `${names.apiManagement}.azure-api.net`}`,
      PENSTOCK_KEY: `@Microsoft.KeyVault(SecretUri=https://${names.vault}.vault.azure.net/secrets/${names.secrets.functionsKey}/)`,
      PROBE_SCHEDULE: environment.probes.schedule,
      WARM_SCHEDULE: environment.probes.warmSchedule,
      PROMOTION_QUEUE: names.promotions,
      PromotionStorage__queueServiceUri: `https://${names.releases}.queue.core.windows.net`,
      PromotionStorage__credential: 'managedidentity',
      PromotionStorage__clientId: clientId,
    };
  }

  /** A channel is written → Event Grid → a storage queue → the function: no web hook to validate, no key to hold. */
  private promotions(): void {
    const { names, ids, environment } = this;
    const topic = new EventgridSystemTopic(this, 'topic', {
      name: names.topic,
      resourceGroupName: names.groups.platform,
      location: environment.region,
      topicType: 'Microsoft.Storage.StorageAccounts',
      sourceResourceId: ids.releases,
      identity: { type: 'SystemAssigned' },
    });
    const ready = untilWorking(this, 'topic-roles-work', [
      grant(this, 'topic-sends-promotions', {
        to: topic.identity.principalId,
        role: 'Storage Queue Data Message Sender',
        on: ids.queue(names.promotions),
        because: 'Event Grid puts promotion events into the queue.',
      }),
    ]);
    new EventgridSystemTopicEventSubscription(this, 'promotions', {
      name: 'promotions',
      resourceGroupName: names.groups.platform,
      systemTopic: topic.name,
      eventDeliverySchema: 'EventGridSchema',
      includedEventTypes: ['Microsoft.Storage.BlobCreated'],
      subjectFilter: {
        subjectBeginsWith: `/blobServices/default/containers/${names.containers.releases}/blobs/channels/`,
        subjectEndsWith: '.json',
      },
      storageQueueEndpoint: {
        storageAccountId: ids.releases,
        queueName: names.promotions,
        // What waited a day is old news: the timer has warmed the release by then.
        queueMessageTimeToLiveInSeconds: 86_400,
      },
      deliveryIdentity: { type: 'SystemAssigned' },
      retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLive: 1440 },
      dependsOn: [ready],
    });
    diagnose(this, 'topic', topic.id, { logs: ['DeliveryFailures'], metrics: ['AllMetrics'] });
  }
}
