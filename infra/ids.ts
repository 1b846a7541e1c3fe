import type { Environment } from './config.ts';
import { namesOf, type Names } from './naming.ts';

/**
 * The resource ids that stacks know of each other's resources, made of names alone: an output would be a copy in the
 * other stack's state, a data source a call. The segments are spelled as azurerm's parsers demand.
 */
export function idsOf(environment: Environment) {
  const names: Names = namesOf(environment);
  const subscription = `/subscriptions/${environment.subscription}`;
  const inGroup = (group: keyof Names['groups'], type: string) =>
    `${subscription}/resourceGroups/${names.groups[group]}/providers/${type}`;
  const network = inGroup('network', `Microsoft.Network/virtualNetworks/${names.network}`);
  const storage = (name: string, group: 'platform' | 'functions' = 'platform') =>
    inGroup(group, `Microsoft.Storage/storageAccounts/${name}`);
  const vault = inGroup('platform', `Microsoft.KeyVault/vaults/${names.vault}`);
  return {
    subscription,
    group: (group: keyof Names['groups']) => `${subscription}/resourceGroups/${names.groups[group]}`,
    network,
    subnet: (subnet: keyof Names['subnets']) => `${network}/subnets/${names.subnets[subnet]}`,
    securityGroup: (subnet: keyof Names['subnets']) =>
      inGroup('network', `Microsoft.Network/networkSecurityGroups/${names.securityGroups[subnet]}`),
    natAddress: inGroup('network', `Microsoft.Network/publicIPAddresses/${names.natAddress}`),
    privateZone: (zone: string) => inGroup('network', `Microsoft.Network/privateDnsZones/${zone}`),
    zone: inGroup('network', `Microsoft.Network/dnsZones/${environment.domain}`),
    registry: inGroup('platform', `Microsoft.ContainerRegistry/registries/${names.registry}`),
    vault,
    secret: (name: string) => `${vault}/secrets/${name}`,
    certificate: (name: string) => `${vault}/certificates/${name}`,
    releases: storage(names.releases),
    functionsHost: storage(names.functionsHost, 'functions'),
    container: (name: string) => `${storage(names.releases)}/blobServices/default/containers/${name}`,
    queue: (name: string) => `${storage(names.releases)}/queueServices/default/queues/${name}`,
    logs: inGroup('platform', `Microsoft.OperationalInsights/workspaces/${names.logs}`),
    insights: inGroup('platform', `Microsoft.Insights/components/${names.insights}`),
    metrics: inGroup('platform', `Microsoft.Monitor/accounts/${names.metrics}`),
    actions: inGroup('platform', `Microsoft.Insights/actionGroups/${names.actions}`),
    identity: (name: string) => inGroup('platform', `Microsoft.ManagedIdentity/userAssignedIdentities/${name}`),
    cluster: inGroup('cluster', `Microsoft.ContainerService/managedClusters/${names.cluster}`),
    apiManagement: inGroup('edge', `Microsoft.ApiManagement/service/${names.apiManagement}`),
  };
}

export type Ids = ReturnType<typeof idsOf>;
