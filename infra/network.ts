import { DnsZone } from '@cdktf/provider-azurerm/lib/dns-zone/index.js';
import { NatGatewayPublicIpAssociation } from '@cdktf/provider-azurerm/lib/nat-gateway-public-ip-association/index.js';
import { NatGateway } from '@cdktf/provider-azurerm/lib/nat-gateway/index.js';
import { NetworkSecurityGroup } from '@cdktf/provider-azurerm/lib/network-security-group/index.js';
import {
  NetworkSecurityRule,
  type NetworkSecurityRuleConfig,
} from '@cdktf/provider-azurerm/lib/network-security-rule/index.js';
import { PrivateDnsZoneVirtualNetworkLink } from '@cdktf/provider-azurerm/lib/private-dns-zone-virtual-network-link/index.js';
import { PrivateDnsZone } from '@cdktf/provider-azurerm/lib/private-dns-zone/index.js';
import { PublicIp } from '@cdktf/provider-azurerm/lib/public-ip/index.js';
import type { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import { SubnetNatGatewayAssociation } from '@cdktf/provider-azurerm/lib/subnet-nat-gateway-association/index.js';
import { SubnetNetworkSecurityGroupAssociation } from '@cdktf/provider-azurerm/lib/subnet-network-security-group-association/index.js';
import { Subnet, type SubnetDelegation } from '@cdktf/provider-azurerm/lib/subnet/index.js';
import { VirtualNetwork } from '@cdktf/provider-azurerm/lib/virtual-network/index.js';
import type { Construct } from 'constructs';
import type { ApiManagementConfig, Environment } from './config.ts';
import { privateServices } from './private-endpoint.ts';
import { PenstockStack } from './stack.ts';

type SubnetKey = keyof PenstockStack['names']['subnets'];

/** The virtual network, its subnets with their rules, the way out, and the names inside and outside. */
export class NetworkStack extends PenstockStack {
  constructor(scope: Construct, environment: Environment) {
    super(scope, 'network', environment);
    const { network, region, tls, domain, apiManagement } = environment;
    const { names } = this;
    const group = this.group();

    const whole = new VirtualNetwork(this, 'network', {
      name: names.network,
      resourceGroupName: group.name,
      location: region,
      addressSpace: [network.range],
    });
    const nat = this.wayOut(group);

    const subnet = (key: SubnetKey, range: string, options: SubnetOptions) =>
      this.subnet(group, whole, nat, key, range, options);
    subnet('nodes', network.nodes, { rules: [], nat: true });
    subnet('loadBalancers', network.loadBalancers, { rules: [], nat: false });
    subnet('endpoints', network.endpoints, { rules: endpointRules(environment), nat: false });
    subnet('apiManagement', network.apiManagement, apiManagementOptions(apiManagement.tier));
    const delegation = delegationTo('Microsoft.App/environments');
    subnet('functions', network.functions, { rules: [], nat: true, delegation });
    if (network.runner !== undefined) subnet('runner', network.runner, { rules: [], nat: true });

    for (const [service, zone] of Object.entries(privateServices)) this.privateZone(group, whole, service, zone);
    // With certificates of one's own nobody asks this zone.
    if (tls.issuer !== 'keyvault') new DnsZone(this, 'zone', { name: domain, resourceGroupName: group.name });
  }

  private wayOut(group: ResourceGroup): NatGateway {
    const { names, environment } = this;
    const gateway = new NatGateway(this, 'nat', {
      name: names.nat,
      resourceGroupName: group.name,
      location: environment.region,
      skuName: 'Standard',
      idleTimeoutInMinutes: 10,
    });
    const address = new PublicIp(this, 'nat-address', {
      name: names.natAddress,
      resourceGroupName: group.name,
      location: environment.region,
      allocationMethod: 'Static',
      sku: 'Standard',
      zones: [...environment.zones],
    });
    new NatGatewayPublicIpAssociation(this, 'nat-address-association', {
      natGatewayId: gateway.id,
      publicIpAddressId: address.id,
    });
    return gateway;
  }

  private subnet(
    group: ResourceGroup,
    network: VirtualNetwork,
    nat: NatGateway,
    key: SubnetKey,
    range: string,
    options: SubnetOptions,
  ): Subnet {
    const name = this.names.subnets[key];
    const subnet = new Subnet(this, `${name}`, {
      name,
      resourceGroupName: group.name,
      virtualNetworkName: network.name,
      addressPrefixes: [range],
      defaultOutboundAccessEnabled: options.defaultOutbound ?? false,
      privateEndpointNetworkPolicies: 'Enabled',
      ...(options.delegation && { delegation: [options.delegation] }),
    });
    const security = new NetworkSecurityGroup(this, `${name}-rules`, {
      name: this.names.securityGroups[key],
      resourceGroupName: group.name,
      location: this.environment.region,
    });
    // Each a resource: as an argument of the group, every rule would have to name every attribute there is.
    for (const rule of options.rules) {
      new NetworkSecurityRule(this, `${name}-${rule.name}`, {
        ...rule,
        resourceGroupName: group.name,
        networkSecurityGroupName: security.name,
      });
    }
    new SubnetNetworkSecurityGroupAssociation(this, `${name}-rules-association`, {
      subnetId: subnet.id,
      networkSecurityGroupId: security.id,
    });
    if (options.nat) {
      new SubnetNatGatewayAssociation(this, `${name}-nat`, { subnetId: subnet.id, natGatewayId: nat.id });
    }
    return subnet;
  }

  private privateZone(group: ResourceGroup, network: VirtualNetwork, service: string, name: string): void {
    const zone = new PrivateDnsZone(this, `${service}-zone`, { name, resourceGroupName: group.name });
    new PrivateDnsZoneVirtualNetworkLink(this, `${service}-zone-link`, {
      name: 'penstock',
      resourceGroupName: group.name,
      privateDnsZoneName: zone.name,
      virtualNetworkId: network.id,
    });
  }
}

type Rule = Omit<NetworkSecurityRuleConfig, 'resourceGroupName' | 'networkSecurityGroupName'>;

interface SubnetOptions {
  readonly rules: Rule[];
  /** Whether it reaches the Internet through the NAT gateway. */
  readonly nat: boolean;
  readonly delegation?: SubnetDelegation;
  readonly defaultOutbound?: boolean;
}

/** Who may call the private endpoints: the subnets that have a reason to, over HTTPS. */
function endpointRules({ network }: Environment): Rule[] {
  const callers = [network.nodes, network.functions, network.apiManagement, network.runner];
  return [
    rule('callers', 100, {
      sourceAddressPrefixes: callers.filter((range) => range !== undefined),
      destinationAddressPrefix: network.endpoints,
      destinationPortRange: '443',
    }),
    rule('no-one-else', 4000, {
      access: 'Deny',
      protocol: '*',
      sourceAddressPrefix: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '*',
    }),
  ];
}

function apiManagementOptions(tier: ApiManagementConfig['tier']): SubnetOptions {
  if (tier === 'StandardV2') {
    return { rules: [], nat: true, delegation: delegationTo('Microsoft.Web/serverFarms') };
  }
  // https://learn.microsoft.com/azure/api-management/virtual-network-reference
  const to = { destinationAddressPrefix: 'VirtualNetwork' };
  const from = (port: string, tag: string) => ({
    direction: 'Outbound',
    sourceAddressPrefix: 'VirtualNetwork',
    destinationAddressPrefix: tag,
    destinationPortRange: port,
  });
  return {
    nat: false,
    // The classic instance in the network has its own way out, and Azure manages it.
    defaultOutbound: true,
    rules: [
      rule('callers', 100, { ...to, sourceAddressPrefix: 'Internet', destinationPortRange: '443' }),
      rule('management', 110, { ...to, sourceAddressPrefix: 'ApiManagement', destinationPortRange: '3443' }),
      rule('load-balancer', 120, { ...to, sourceAddressPrefix: 'AzureLoadBalancer', destinationPortRange: '6390' }),
      rule('to-storage', 100, from('443', 'Storage')),
      rule('to-sql', 110, from('1433', 'Sql')),
      rule('to-key-vault', 120, from('443', 'AzureKeyVault')),
      rule('to-monitor', 130, from('443', 'AzureMonitor')),
    ],
  };
}

function rule(name: string, priority: number, settings: Partial<Rule>): Rule {
  return { name, priority, direction: 'Inbound', access: 'Allow', protocol: 'Tcp', sourcePortRange: '*', ...settings };
}

/** https://learn.microsoft.com/azure/virtual-network/subnet-delegation-overview */
function delegationTo(service: 'Microsoft.Web/serverFarms' | 'Microsoft.App/environments'): SubnetDelegation {
  const actions = ['Microsoft.Network/virtualNetworks/subnets/action'];
  if (service === 'Microsoft.App/environments') actions[0] = 'Microsoft.Network/virtualNetworks/subnets/join/action';
  return { name: 'delegation', serviceDelegation: { name: service, actions } };
}
