import test from 'ava';
import { join } from 'node:path';
import type { Environment } from '../../infra/config.ts';
import { environment } from '../support/environment.ts';
import { render } from '../support/helm.ts';
import { resource, samplePolicies, synth } from '../support/infra.ts';

const charts = join(import.meta.dirname, '..', '..', 'infra', 'charts');

/** What a release of one of our charts installs, with the values that the stack gives it. */
async function installed(where: Environment, stack: 'addons' | 'workload', release: string, chart: string) {
  const { stacks } = await synth(where, samplePolicies(where));
  const { values, namespace } = resource(stacks[stack], 'helm_release', release);
  return render(join(charts, chart), JSON.parse((values as string[])[0]!) as object as never, String(namespace));
}

test('each service has a certificate for its host name, and its pods are scraped', async (t) => {
  const [certificate, monitor] = await installed(environment(), 'workload', 'boston-housing-extras', 'service-extras');
  t.like(certificate, {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: 'boston-housing-tls', namespace: 'scoring' },
    spec: {
      secretName: 'boston-housing-tls',
      dnsNames: ['boston-housing.penstock.example.com'],
      issuerRef: { kind: 'ClusterIssuer', name: 'letsencrypt' },
    },
  });
  t.like(monitor, {
    apiVersion: 'azmonitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name: 'boston-housing', namespace: 'scoring' },
    spec: { selector: { matchLabels: { 'app.kubernetes.io/name': 'boston-housing' } } },
  });
});

test('with certificates of one’s own the Key Vault’s driver brings them', async (t) => {
  const [provider] = await installed(
    environment({ tls: { issuer: 'keyvault' } }),
    'workload',
    'boston-housing-extras',
    'service-extras',
  );
  t.like(provider, {
    apiVersion: 'secrets-store.csi.x-k8s.io/v1',
    kind: 'SecretProviderClass',
    metadata: { name: 'boston-housing-tls', namespace: 'scoring' },
    spec: { provider: 'azure', parameters: { tenantId: '12345678-1234-4123-8123-123456789abc' } },
  });
  t.regex(
    (provider!['spec'] as { parameters: { objects: string } }).parameters.objects,
    /objectName: boston-housing-tls/,
  );
});

test('the issuer answers challenges in the public zone, as an identity of its own', async (t) => {
  const [issuer] = await installed(environment(), 'addons', 'cluster-issuer', 'cluster-issuer');
  t.like(issuer, { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: { name: 'letsencrypt' } });
  const { acme } = issuer!['spec'] as { acme: { server: string; email: string; solvers: { dns01: object }[] } };
  t.is(acme.email, 'penstock@example.com');
  t.like(acme.solvers[0]!.dns01, {
    azureDNS: {
      hostedZoneName: 'penstock.example.com',
      resourceGroupName: 'rg-penstock-test-network',
      managedIdentity: { clientID: '${data.azurerm_user_assigned_identity.certificates-identity.client_id}' },
    },
  });
});
