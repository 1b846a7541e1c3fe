import { ApplicationInsights } from '@cdktf/provider-azurerm/lib/application-insights/index.js';
import { ConsumptionBudgetSubscription } from '@cdktf/provider-azurerm/lib/consumption-budget-subscription/index.js';
import { ContainerRegistry } from '@cdktf/provider-azurerm/lib/container-registry/index.js';
import { KeyVaultCertificate } from '@cdktf/provider-azurerm/lib/key-vault-certificate/index.js';
import { KeyVault } from '@cdktf/provider-azurerm/lib/key-vault/index.js';
import { LogAnalyticsWorkspace } from '@cdktf/provider-azurerm/lib/log-analytics-workspace/index.js';
import { MonitorActionGroup } from '@cdktf/provider-azurerm/lib/monitor-action-group/index.js';
import { MonitorWorkspace } from '@cdktf/provider-azurerm/lib/monitor-workspace/index.js';
import type { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import { StorageAccount } from '@cdktf/provider-azurerm/lib/storage-account/index.js';
import { StorageContainer } from '@cdktf/provider-azurerm/lib/storage-container/index.js';
import { StorageManagementPolicy } from '@cdktf/provider-azurerm/lib/storage-management-policy/index.js';
import { StorageQueue } from '@cdktf/provider-azurerm/lib/storage-queue/index.js';
import { UserAssignedIdentity } from '@cdktf/provider-azurerm/lib/user-assigned-identity/index.js';
import { TimeProvider } from '@cdktf/provider-time/lib/provider/index.js';
import type { Construct } from 'constructs';
import { forStorage, withMask } from './cidr.ts';
import type { Environment } from './config.ts';
import { diagnose } from './diagnose.ts';
import { grant, untilWorking } from './grant.ts';
import { serviceNamesOf } from './naming.ts';
import { privateEndpoint } from './private-endpoint.ts';
import { PenstockStack } from './stack.ts';
import { hardenedStorage } from './storage.ts';

/** What outlives a cluster: registry, Key Vault, releases, identities, logs and metrics, the budget. */
export class PlatformStack extends PenstockStack {
  private readonly open: boolean;

  constructor(scope: Construct, environment: Environment) {
    super(scope, 'platform', environment);
    this.open = environment.cluster.access === 'authorisedRanges';
    new TimeProvider(this, 'time');
    const group = this.group();
    const logs = this.logs(group);
    const identities = this.identities(group);
    const registry = this.registry(group);
    const vault = this.vault(group);
    const releases = this.releases(group);
    this.metrics(group);
    this.warnings(group);

    diagnose(this, 'logs', logs.id, { logs: ['Audit'], metrics: ['AllMetrics'] });
    diagnose(this, 'registry', registry.id, { logs: ['group:audit'], metrics: ['AllMetrics'] });
    diagnose(this, 'vault', vault.id, { logs: ['group:audit'], metrics: ['AllMetrics'] });
    for (const part of ['blob', 'queue']) {
      diagnose(this, `releases-${part}`, `${releases.id}/${part}Services/default`, {
        logs: ['StorageWrite', 'StorageDelete'],
        metrics: ['Transaction'],
      });
    }
    this.watchNetwork();
    this.roles(identities);
  }

  private logs(group: ResourceGroup): LogAnalyticsWorkspace {
    const { names, environment } = this;
    const workspace = new LogAnalyticsWorkspace(this, 'logs', {
      name: names.logs,
      resourceGroupName: group.name,
      location: environment.region,
      sku: 'PerGB2018',
      retentionInDays: environment.retention.logDays,
      localAuthenticationEnabled: false,
    });
    new ApplicationInsights(this, 'insights', {
      name: names.insights,
      resourceGroupName: group.name,
      location: environment.region,
      applicationType: 'web',
      workspaceId: workspace.id,
      retentionInDays: environment.retention.logDays > 30 ? 90 : 30,
      // API Management's logger knows the connection string alone.
      localAuthenticationDisabled: false,
    });
    return workspace;
  }

  /** The network is there before the workspace, so its logs begin here. */
  private watchNetwork(): void {
    const { ids, names, environment } = this;
    diagnose(this, 'network', ids.network, { logs: ['VMProtectionAlerts'], metrics: ['AllMetrics'] });
    diagnose(this, 'nat-address', ids.natAddress, {
      logs: ['DDoSProtectionNotifications', 'DDoSMitigationFlowLogs', 'DDoSMitigationReports'],
      metrics: ['AllMetrics'],
    });
    for (const subnet of Object.keys(names.subnets) as (keyof typeof names.subnets)[]) {
      if (environment.network[subnet] === undefined) continue;
      diagnose(this, names.securityGroups[subnet], ids.securityGroup(subnet), {
        logs: ['NetworkSecurityGroupEvent', 'NetworkSecurityGroupRuleCounter'],
        metrics: [],
      });
    }
  }

  private identities(group: ResourceGroup): Identities {
    const { names, environment } = this;
    const identity = (id: string, name: string) =>
      new UserAssignedIdentity(this, id, { name, resourceGroupName: group.name, location: environment.region });
    identity('cluster-identity', names.identities.cluster);
    return {
      kubelet: identity('kubelet-identity', names.identities.kubelet),
      certificates: identity('certificates-identity', names.identities.certificates),
      functions: identity('functions-identity', names.identities.functions),
      services: environment.services.map(({ definition }) => {
        const own = serviceNamesOf(environment, definition.name);
        return { name: definition.name, identity: identity(`${own.object}-identity`, own.identity) };
      }),
    };
  }

  private registry(group: ResourceGroup): ContainerRegistry {
    const { names, environment, open } = this;
    const registry = new ContainerRegistry(this, 'registry', {
      name: names.registry,
      resourceGroupName: group.name,
      location: environment.region,
      sku: 'Premium',
      adminEnabled: false,
      anonymousPullEnabled: false,
      dataEndpointEnabled: true,
      exportPolicyEnabled: open,
      publicNetworkAccessEnabled: open,
      networkRuleBypassOption: 'AzureServices',
      retentionPolicyInDays: Math.min(environment.retention.deletedDays, 365),
      zoneRedundancyEnabled: environment.zones.length > 1,
      ...(open && {
        networkRuleSet: [
          {
            defaultAction: 'Deny',
            ipRule: environment.operators.ipRanges.map((range) => ({ action: 'Allow', ipRange: withMask(range) })),
          },
        ],
      }),
    });
    privateEndpoint(this, group, { name: names.registry, resource: registry.id, service: 'registry' });
    return registry;
  }

  private vault(group: ResourceGroup): KeyVault {
    const { names, environment, open } = this;
    const vault = new KeyVault(this, 'vault', {
      name: names.vault,
      resourceGroupName: group.name,
      location: environment.region,
      tenantId: environment.tenant,
      skuName: 'standard',
      rbacAuthorizationEnabled: true,
      purgeProtectionEnabled: true,
      softDeleteRetentionDays: environment.retention.deletedDays,
      publicNetworkAccessEnabled: open,
      networkAcls: {
        defaultAction: 'Deny',
        // API Management reads its certificates and named values this way.
        bypass: 'AzureServices',
        ipRules: open ? environment.operators.ipRanges.map(withMask) : [],
      },
    });
    const endpoint = privateEndpoint(this, group, { name: names.vault, resource: vault.id, service: 'vault' });
    // What the gateway shows the pods. It renews when told (docs/operations.md), so that pods can trust the new one first.
    new KeyVaultCertificate(this, 'gateway-certificate', {
      name: names.secrets.gatewayCertificate,
      keyVaultId: vault.id,
      dependsOn: [endpoint],
      certificatePolicy: {
        issuerParameters: { name: 'Self' },
        keyProperties: { exportable: true, keyType: 'RSA', keySize: 3072, reuseKey: false },
        secretProperties: { contentType: 'application/x-pkcs12' },
        lifetimeAction: [{ action: { actionType: 'EmailContacts' }, trigger: { daysBeforeExpiry: 60 } }],
        x509CertificateProperties: {
          subject: `CN=${names.apiManagement}`,
          keyUsage: ['digitalSignature'],
          // Client authentication.
          extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
          validityInMonths: 24,
        },
      },
    });
    return vault;
  }

  private releases(group: ResourceGroup): StorageAccount {
    const { names, environment, open } = this;
    const account = new StorageAccount(this, 'releases', {
      ...hardenedStorage(environment),
      name: names.releases,
      resourceGroupName: group.name,
      networkRules: {
        defaultAction: 'Deny',
        // Event Grid delivers this way.
        bypass: ['AzureServices'],
        ipRules: open ? environment.operators.ipRanges.flatMap(forStorage) : [],
      },
    });
    const containers = Object.values(names.containers).map(
      (name) =>
        new StorageContainer(this, `releases-${name}`, {
          name,
          storageAccountId: account.id,
          containerAccessType: 'private',
        }),
    );
    for (const name of [names.promotions, `${names.promotions}-poison`]) {
      new StorageQueue(this, `releases-${name}`, { name, storageAccountId: account.id });
    }
    new StorageManagementPolicy(this, 'releases-lifecycle', {
      storageAccountId: account.id,
      dependsOn: containers,
      rule: [
        {
          name: 'forget-old-reports',
          enabled: true,
          filters: {
            blobTypes: ['blockBlob'],
            prefixMatch: [`${names.containers.replicas}/`, `${names.containers.results}/`],
          },
          actions: {
            baseBlob: { deleteAfterDaysSinceModificationGreaterThan: environment.retention.reportDays },
            version: { deleteAfterDaysSinceCreation: environment.retention.reportDays },
          },
        },
        {
          // All results of a day are one append blob, which knows no other action than its end.
          name: 'forget-old-days',
          enabled: true,
          filters: {
            blobTypes: ['appendBlob'],
            prefixMatch: ['probes', 'warm-ups'].map((kind) => `${names.containers.results}/${kind}/days/`),
          },
          actions: {
            baseBlob: { deleteAfterDaysSinceModificationGreaterThan: environment.retention.reportDays },
            version: { deleteAfterDaysSinceCreation: environment.retention.reportDays },
          },
        },
      ],
    });
    for (const service of ['blob', 'queue'] as const) {
      privateEndpoint(this, group, { name: names.releases, resource: account.id, service });
    }
    return account;
  }

  private metrics(group: ResourceGroup): void {
    new MonitorWorkspace(this, 'metrics', {
      name: this.names.metrics,
      resourceGroupName: group.name,
      location: this.environment.region,
      // The agents send through the collection endpoint, and Azure's own alert rules read.
      publicNetworkAccessEnabled: true,
    });
  }

  /** Whom alerts are told, and the budget. */
  private warnings(group: ResourceGroup): void {
    const { names, environment } = this;
    const actions = new MonitorActionGroup(this, 'actions', {
      name: names.actions,
      resourceGroupName: group.name,
      shortName: names.actionsShort,
      emailReceiver: environment.alerts.emails.map((emailAddress, index) => ({
        name: `operator-${index + 1}`,
        emailAddress,
        useCommonAlertSchema: true,
      })),
    });
    new ConsumptionBudgetSubscription(this, 'budget', {
      name: names.budget,
      subscriptionId: this.ids.subscription,
      amount: environment.budget.amount,
      timeGrain: 'Monthly',
      filter: { tag: [{ name: 'environment', values: [environment.environment] }] },
      // A budget starts on the first of a month, not in the past: the month of the first deployment.
      timePeriod: { startDate: '${formatdate("YYYY-MM-01\'T\'00:00:00Z", plantimestamp())}' },
      notification: [
        { enabled: true, threshold: 80, operator: 'GreaterThan', thresholdType: 'Actual', contactGroups: [actions.id] },
        {
          enabled: true,
          threshold: 100,
          operator: 'GreaterThan',
          thresholdType: 'Actual',
          contactGroups: [actions.id],
        },
        {
          enabled: true,
          threshold: 100,
          operator: 'GreaterThan',
          thresholdType: 'Forecasted',
          contactGroups: [actions.id],
        },
      ],
      lifecycle: { ignoreChanges: ['time_period'] },
    });
  }

  private roles({ kubelet, certificates, functions, services }: Identities): void {
    const { ids, names, environment } = this;
    const releases = ids.container(names.containers.releases);
    const replicas = ids.container(names.containers.replicas);
    const results = ids.container(names.containers.results);
    // Only once what they are for exists.
    const made = {
      dependsOn: this.node.children.filter(
        (child) =>
          child instanceof StorageContainer ||
          child instanceof StorageQueue ||
          child instanceof ContainerRegistry ||
          child instanceof ApplicationInsights,
      ),
    };
    const grants = [
      grant(this, 'kubelet-pulls', {
        to: kubelet.principalId,
        role: 'AcrPull',
        on: ids.registry,
        because: 'Nodes pull the services’ images.',
        ...made,
      }),
      ...services.flatMap(({ name, identity }) => {
        const { object } = serviceNamesOf(environment, name);
        return [
          grant(this, `${object}-reads-releases`, {
            to: identity.principalId,
            role: 'Storage Blob Data Reader',
            on: releases,
            because: 'Pods pull the promoted release.',
            ...made,
          }),
          grant(this, `${object}-writes-replicas`, {
            to: identity.principalId,
            role: 'Storage Blob Data Contributor',
            on: replicas,
            because: 'Pods report the release that they serve.',
            ...made,
          }),
        ];
      }),
      grant(this, 'functions-read-releases', {
        to: functions.principalId,
        role: 'Storage Blob Data Reader',
        on: releases,
        because: 'The warm-up verifies releases, the probes read their bodies.',
        ...made,
      }),
      grant(this, 'functions-read-replicas', {
        to: functions.principalId,
        role: 'Storage Blob Data Reader',
        on: replicas,
        because: 'The warm-up waits until every pod reports the promoted release.',
        ...made,
      }),
      grant(this, 'functions-tell-insights', {
        to: functions.principalId,
        role: 'Monitoring Metrics Publisher',
        on: ids.insights,
        because: 'Probes report their results to Application Insights.',
        ...made,
      }),
      grant(this, 'functions-write-results', {
        to: functions.principalId,
        role: 'Storage Blob Data Contributor',
        on: results,
        because: 'Warm-ups and probes keep their results.',
        ...made,
      }),
      grant(this, 'functions-peek-promotions', {
        to: functions.principalId,
        role: 'Storage Queue Data Reader',
        on: ids.queue(names.promotions),
        because: 'The trigger’s scaler counts promotion events.',
        ...made,
      }),
      grant(this, 'functions-take-promotions', {
        to: functions.principalId,
        role: 'Storage Queue Data Message Processor',
        on: ids.queue(names.promotions),
        because: 'The warm-up takes promotion events.',
        ...made,
      }),
      grant(this, 'functions-set-aside-promotions', {
        to: functions.principalId,
        role: 'Storage Queue Data Contributor',
        on: ids.queue(`${names.promotions}-poison`),
        because: 'Events that failed five times are set aside there, in a queue that the trigger makes sure of.',
        ...made,
      }),
    ];
    if (environment.tls.issuer !== 'keyvault') {
      grants.push(
        grant(this, 'certificates-answer-challenges', {
          to: certificates.principalId,
          role: 'DNS Zone Contributor',
          on: ids.zone,
          because: 'cert-manager answers DNS-01 challenges.',
        }),
      );
    } else {
      for (const { name, identity } of services) {
        const { object, certificate } = serviceNamesOf(environment, name);
        grants.push(
          grant(this, `${object}-reads-certificate`, {
            to: identity.principalId,
            // The driver asks for the secret of the certificate's name: certificate and private key are one text there.
            role: 'Key Vault Secrets User',
            on: ids.secret(certificate),
            because: 'Pods mount their server certificate.',
            dependsOn: [this.node.findChild('vault') as KeyVault],
          }),
        );
      }
    }
    untilWorking(this, 'roles-work', grants);
  }
}

interface Identities {
  readonly kubelet: UserAssignedIdentity;
  readonly certificates: UserAssignedIdentity;
  readonly functions: UserAssignedIdentity;
  readonly services: readonly { readonly name: string; readonly identity: UserAssignedIdentity }[];
}
