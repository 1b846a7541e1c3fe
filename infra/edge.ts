import { ApiManagementCertificateA } from '@cdktf/provider-azurerm/lib/api-management-certificate/index.js';
import { ApiManagementCustomDomain } from '@cdktf/provider-azurerm/lib/api-management-custom-domain/index.js';
import { ApiManagementNamedValue } from '@cdktf/provider-azurerm/lib/api-management-named-value/index.js';
import { ApiManagement } from '@cdktf/provider-azurerm/lib/api-management/index.js';
import { DataAzurermKeyVaultCertificate } from '@cdktf/provider-azurerm/lib/data-azurerm-key-vault-certificate/index.js';
import { PrivateDnsARecord } from '@cdktf/provider-azurerm/lib/private-dns-a-record/index.js';
import { PrivateDnsZoneVirtualNetworkLink } from '@cdktf/provider-azurerm/lib/private-dns-zone-virtual-network-link/index.js';
import { PrivateDnsZone } from '@cdktf/provider-azurerm/lib/private-dns-zone/index.js';
import type { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import { TimeProvider } from '@cdktf/provider-time/lib/provider/index.js';
import type { Construct } from 'constructs';
import type { Environment } from './config.ts';
import { edgeApis } from './edge/apis.ts';
import { watchGateway } from './edge/diagnostics.ts';
import { edgeProducts } from './edge/products.ts';
import type { PolicySet } from './edge/policy-set.ts';
import { grant, untilWorking } from './grant.ts';
import { literal } from './literal.ts';
import { serviceNamesOf } from './naming.ts';
import { deployable } from './services.ts';
import { PenstockStack } from './stack.ts';

/** API Management in front: the instance, what it may read, and all that the services and policies ask of it. */
export class EdgeStack extends PenstockStack {
  constructor(scope: Construct, environment: Environment, policies: PolicySet) {
    super(scope, 'edge', environment);
    new TimeProvider(this, 'time');
    const group = this.group();
    const instance = this.instance(group);
    const roles = this.roles(instance);

    const known = new Map<string, Construct>();
    known.set(`certificate ${this.names.secrets.gatewayCertificate}`, this.clientCertificate(group, instance, roles));
    for (const [name, value] of Object.entries(policies.namedValues)) {
      const namedValue = new ApiManagementNamedValue(this, `value-${name}`, {
        name,
        displayName: name,
        value: literal(value),
        secret: false,
        apiManagementName: instance.name,
        resourceGroupName: group.name,
      });
      known.set(`named value ${name}`, namedValue);
    }
    this.serviceNames(group);
    const apis = edgeApis(this, { group, instance, policies, known });
    edgeProducts(this, { group, instance, policies, known, apis });
    watchGateway(this, group, instance);
    this.customDomain(instance, roles);
  }

  private instance(group: ResourceGroup): ApiManagement {
    const { names, ids, environment } = this;
    const { tier, capacity, publisherName, publisherEmail } = environment.apiManagement;
    return new ApiManagement(this, 'api-management', {
      name: names.apiManagement,
      resourceGroupName: group.name,
      location: environment.region,
      skuName: `${tier}_${capacity}`,
      publisherName: literal(publisherName),
      publisherEmail,
      identity: { type: 'SystemAssigned' },
      // Callers come from the Internet; the way to the services is the subnet.
      publicNetworkAccessEnabled: true,
      virtualNetworkType: 'External',
      virtualNetworkConfiguration: { subnetId: ids.subnet('apiManagement') },
      // Older versions of the management API hand out secrets on reads.
      minApiVersion: '2021-08-01',
      // An hour and a half for a first deployment of the classic tier.
      timeouts: { create: '3h', update: '3h' },
    });
  }

  private roles(instance: ApiManagement) {
    const { ids, names, environment } = this;
    // A vault behind its firewall lets API Management in with this identity alone.
    const to = instance.identity.principalId;
    const { customDomain } = environment.apiManagement;
    return untilWorking(this, 'roles-work', [
      grant(this, 'gateway-shows-certificate', {
        to,
        role: 'Key Vault Certificate User',
        on: ids.certificate(names.secrets.gatewayCertificate),
        because: 'The gateway shows the services its client certificate.',
      }),
      grant(this, 'gateway-reads-certificate-secret', {
        to,
        role: 'Key Vault Secrets User',
        on: ids.secret(names.secrets.gatewayCertificate),
        because: 'A certificate’s private key is read as the secret of the same name.',
      }),
      ...(customDomain === undefined
        ? []
        : [
            grant(this, 'gateway-reads-domain-certificate', {
              to,
              role: 'Key Vault Secrets User',
              on: ids.secret(customDomain.certificate),
              because: 'The gateway serves the custom domain with this certificate.',
            }),
          ]),
    ]);
  }

  private clientCertificate(
    group: ResourceGroup,
    instance: ApiManagement,
    roles: ReturnType<EdgeStack['roles']>,
  ): ApiManagementCertificateA {
    const { ids, names, environment } = this;
    const { present } = environment.apiManagement.clientCertificate;
    const name = names.secrets.gatewayCertificate;
    const certificate = new DataAzurermKeyVaultCertificate(this, 'gateway-certificate-version', {
      name,
      keyVaultId: ids.vault,
      ...(present !== undefined && { version: present }),
    });
    return new ApiManagementCertificateA(this, 'gateway-certificate', {
      name,
      apiManagementName: instance.name,
      resourceGroupName: group.name,
      // With its version: the gateway changes over when it is deployed, after the pods have learnt to trust the new one.
      keyVaultSecretId: certificate.secretId,
      dependsOn: [roles],
    });
  }

  /** Each service's host name inside the network. Named exactly as the host, so that no other name is hidden. */
  private serviceNames(group: ResourceGroup): void {
    for (const { definition, address } of deployable(this.environment)) {
      const { object, host } = serviceNamesOf(this.environment, definition.name);
      const zone = new PrivateDnsZone(this, `${object}-zone`, { name: host, resourceGroupName: group.name });
      new PrivateDnsZoneVirtualNetworkLink(this, `${object}-zone-link`, {
        name: 'penstock',
        resourceGroupName: group.name,
        privateDnsZoneName: zone.name,
        virtualNetworkId: this.ids.network,
      });
      new PrivateDnsARecord(this, `${object}-address`, {
        name: '@',
        zoneName: zone.name,
        resourceGroupName: group.name,
        ttl: 60,
        records: [address],
      });
    }
  }

  private customDomain(instance: ApiManagement, roles: ReturnType<EdgeStack['roles']>): void {
    const { customDomain } = this.environment.apiManagement;
    if (customDomain === undefined) return;
    const certificate = new DataAzurermKeyVaultCertificate(this, 'domain-certificate', {
      name: customDomain.certificate,
      keyVaultId: this.ids.vault,
    });
    new ApiManagementCustomDomain(this, 'custom-domain', {
      apiManagementId: instance.id,
      gateway: [
        {
          hostName: customDomain.host,
          // Without its version, so that a renewed certificate is picked up.
          keyVaultCertificateId: certificate.versionlessSecretId,
          defaultSslBinding: true,
          negotiateClientCertificate: false,
        },
      ],
      dependsOn: [roles],
    });
  }
}
