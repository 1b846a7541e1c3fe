import { DataAzurermKeyVaultCertificate } from '@cdktf/provider-azurerm/lib/data-azurerm-key-vault-certificate/index.js';
import { DataAzurermUserAssignedIdentity } from '@cdktf/provider-azurerm/lib/data-azurerm-user-assigned-identity/index.js';
import { Release } from '@cdktf/provider-helm/lib/release/index.js';
import type { Construct } from 'constructs';
import { localChart } from './charts.ts';
import { reachCluster } from './cluster-access.ts';
import type { Environment } from './config.ts';
import { namespaceObjects, serviceObjects, type Facts } from './kubernetes/objects.ts';
import { emitNamespace, emitService } from './kubernetes/provider.ts';
import { serviceNamesOf } from './naming.ts';
import { deployable } from './services.ts';
import { PenstockStack } from './stack.ts';

/** The services in the cluster: every one that has an image. */
export class WorkloadStack extends PenstockStack {
  constructor(scope: Construct, environment: Environment) {
    super(scope, 'workload', environment);
    const { names, ids } = this;
    reachCluster(this, ['kubernetes', 'helm']);
    const services = deployable(environment);
    const clientIds = new Map(
      services.map(({ definition: { name } }) => {
        const own = serviceNamesOf(environment, name);
        const identity = new DataAzurermUserAssignedIdentity(this, `${own.object}-identity`, {
          name: own.identity,
          resourceGroupName: names.groups.platform,
        });
        return [name, identity.clientId];
      }),
    );
    const { present, trust } = environment.apiManagement.clientCertificate;
    const versions = [present, ...trust.filter((version) => version !== present)];
    const certificates = versions.map((version, index) => {
      const certificate = new DataAzurermKeyVaultCertificate(this, `gateway-certificate-${index}`, {
        name: names.secrets.gatewayCertificate,
        keyVaultId: ids.vault,
        ...(version !== undefined && { version }),
      });
      return `-----BEGIN CERTIFICATE-----\n${certificate.certificateDataBase64}\n-----END CERTIFICATE-----\n`;
    });
    const facts: Facts = {
      registry: `${names.registry}.azurecr.io`,
      gatewayCertificates: certificates.join(''),
      clientIdOf: (service) => clientIds.get(service) ?? '',
    };
    const before = emitNamespace(this, namespaceObjects(environment, facts));
    for (const service of services) {
      const own = serviceNamesOf(environment, service.definition.name);
      const extras = new Release(this, `${own.object}-extras`, {
        name: `${own.object}-extras`,
        namespace: names.namespace,
        chart: localChart(this, 'service-extras'),
        values: [
          JSON.stringify({
            service: own.object,
            host: own.host,
            certificate: own.certificate,
            issuer: environment.tls.issuer === 'keyvault' ? '' : environment.tls.issuer,
            keyVault: {
              name: names.vault,
              tenant: environment.tenant,
              clientId: facts.clientIdOf(service.definition.name),
            },
          }),
        ],
        dependsOn: before,
      });
      // The pods mount the certificate that the chart asks for.
      emitService(this, serviceObjects(environment, service, facts), [...before, extras]);
    }
  }
}
