import test from 'ava';
import type { Environment } from '../../infra/config.ts';
import { serviceObjects, type Facts } from '../../infra/kubernetes/objects.ts';
import { checkObjects, objectsOf } from '../../infra/rehearsal/schemas.ts';
import { environment } from '../support/environment.ts';
import { resource, samplePolicies, synth } from '../support/infra.ts';

/** References, as the workload stack makes them. */
const facts: Facts = {
  registry: 'crtest.azurecr.io',
  clientIdOf: () => '${data.azurerm_user_assigned_identity.boston-housing-identity.client_id}',
  gatewayCertificates:
    '-----BEGIN CERTIFICATE-----\n${data.azurerm_key_vault_certificate.gateway-certificate-0.certificate_data_base64}\n-----END CERTIFICATE-----\n',
};

const production = environment();
const vaulted = environment({ tls: { issuer: 'keyvault' } });
const gpu = environment(
  { cluster: { ...production.cluster, gpu: { size: 'Standard_NC4as_T4_v3', min: 0, max: 1 } } },
  { definitions: { 'plumber-app/example': 'name: boston-housing\ngpu: true' } },
);

for (const [name, where] of Object.entries({ production, vaulted, gpu })) {
  test(`the YAML is what Kubernetes' own schemas ask for: ${name}`, (t) => {
    const { count, mistakes } = checkObjects(where);
    t.is(count, 9);
    t.deepEqual(mistakes, []);
  });

  test(`both emitters say the same: ${name}`, async (t) => {
    const { stacks } = await synth(where, samplePolicies(where));
    const emitted = Object.entries(stacks.workload.resource)
      .filter(([type]) => type.startsWith('kubernetes_'))
      .flatMap(([, all]) => Object.values(all))
      .flatMap(({ depends_on: _, timeouts: __, lifecycle: ___, '//': ____, ...content }) => leaves(content));
    const objects = objectsOf(where, facts) as Record<string, unknown>[];
    const meant = objects.flatMap(({ apiVersion: _, kind: __, ...content }) => leaves(content));
    t.deepEqual(emitted.map(masked).sort(), meant.map(masked).sort());
  });
}

test('a pod is what the platform promises', async (t) => {
  const { stacks } = await synth(production, samplePolicies(production));
  const spec = resource(stacks.workload, 'kubernetes_deployment_v1')['spec'] as Record<string, unknown>;
  t.false('replicas' in spec);
  t.like(spec, { strategy: { rolling_update: { max_unavailable: '0', max_surge: '25%' } } });
  const pod = (spec['template'] as { spec: Record<string, unknown> }).spec;
  t.like(pod, {
    automount_service_account_token: false,
    enable_service_links: false,
    // 15 s to leave the load balancer, 2 s in the queue, 10 s in R.
    termination_grace_period_seconds: 27,
    security_context: { run_as_non_root: true, run_as_user: '10001', seccomp_profile: { type: 'RuntimeDefault' } },
  });
  const [container] = pod['container'] as Record<string, Record<string, unknown>>[];
  t.like(container, {
    image_pull_policy: 'Always',
    startup_probe: { period_seconds: 2, failure_threshold: 90 },
    lifecycle: { pre_stop: [{ exec: { command: ['sleep', '15'] } }] },
    security_context: {
      read_only_root_filesystem: true,
      allow_privilege_escalation: false,
      capabilities: { drop: ['ALL'] },
    },
  });
  t.deepEqual(container!['resources']!['requests'], container!['resources']!['limits']);
  t.deepEqual(container!['env'], [
    { name: 'OMP_NUM_THREADS', value: '1' },
    { name: 'TMPDIR', value: '/tmp' },
  ]);
  t.deepEqual(
    (pod['topology_spread_constraint'] as Record<string, unknown>[]).map((each) => [
      each['topology_key'],
      each['when_unsatisfiable'],
      each['match_label_keys'],
    ]),
    [
      ['topology.kubernetes.io/zone', 'DoNotSchedule', ['pod-template-hash']],
      ['kubernetes.io/hostname', 'ScheduleAnyway', ['pod-template-hash']],
    ],
  );
  t.like(resource(stacks.workload, 'kubernetes_namespace_v1')['metadata'], {
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
  });
  t.like(resource(stacks.workload, 'kubernetes_service_v1')['spec'], {
    type: 'LoadBalancer',
    external_traffic_policy: 'Local',
  });
});

test('the autoscaler follows the configuration, and is quick up and slow down without one', (t) => {
  const autoscaling = { cpu: 50, upPercent: 200, downPercent: 5, settleSeconds: 600 };
  const own = environment({
    services: [
      { directory: 'plumber-app/example', address: '10.40.16.10', image: `sha256:${'a'.repeat(64)}`, autoscaling },
    ],
  });
  const spec = (where: Environment) => serviceObjects(where, where.services[0]!, facts).autoscaler.spec;
  t.like(spec(production), {
    minReplicas: 2,
    maxReplicas: 10,
    metrics: [{ containerResource: { name: 'cpu', target: { averageUtilization: 65 } } }],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 0, policies: [{ value: 100, periodSeconds: 15 }] },
      scaleDown: { stabilizationWindowSeconds: 300, policies: [{ value: 10, periodSeconds: 60 }] },
    },
  });
  t.like(spec(own), {
    metrics: [{ containerResource: { name: 'cpu', target: { averageUtilization: 50 } } }],
    behavior: {
      scaleUp: { policies: [{ value: 200 }] },
      scaleDown: { stabilizationWindowSeconds: 600, policies: [{ value: 5 }] },
    },
  });
});

test('what Kubernetes would not take is told with its place', (t) => {
  const [service] = production.services;
  const wrong = {
    ...production,
    services: [{ ...service!, replicas: { min: 'two', max: 3 } }],
  } as unknown as Environment;
  t.regex(checkObjects(wrong).mistakes.join(), /^HorizontalPodAutoscaler boston-housing: .*minReplicas/);
});

test('only services that ask for a GPU get to the GPU pool', (t) => {
  const podOf = (where: Environment) => serviceObjects(where, where.services[0]!, facts).deployment.spec.template.spec;
  t.is(podOf(gpu).nodeSelector['penstock.io/pool'], 'gpu');
  t.is(podOf(gpu).containers[0]!.resources.limits['nvidia.com/gpu'], '1');
  t.is(podOf(production).nodeSelector['penstock.io/pool'], 'scoring');
  t.false('nvidia.com/gpu' in podOf(production).containers[0]!.resources.limits);
  t.false(podOf(production).tolerations.some(({ key }) => key === 'sku'));
});

/** Every value of an object as text; the order and the names of keys differ between the two forms. */
function leaves(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.values(value).flatMap(leaves);
}

/** Modes are numbers in YAML and octal texts in the provider; the registry's name is the stack's to know. */
function masked(leaf: string): string {
  if (leaf === '288') return '0440';
  if (leaf === '292') return '0444';
  return leaf.replace(/^cr\w+\.azurecr\.io\//, 'registry/');
}
