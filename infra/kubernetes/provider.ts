import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1/index.js';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1/index.js';
import { HorizontalPodAutoscalerV2 } from '@cdktf/provider-kubernetes/lib/horizontal-pod-autoscaler-v2/index.js';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1/index.js';
import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1/index.js';
import { PodDisruptionBudgetV1 } from '@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1/index.js';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1/index.js';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1/index.js';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { NamespaceObjects, ServiceObjects } from './objects.ts';

/** The namespace and what is for all, as resources. Returns what everything in the namespace waits for. */
export function emitNamespace(
  scope: Construct,
  { namespace, denial, clients }: NamespaceObjects,
): ITerraformDependable[] {
  const made = new NamespaceV1(scope, 'namespace', { metadata: mutable(namespace.metadata) });
  const dependsOn = [made];
  const spec = { podSelector: {}, policyTypes: [...denial.spec.policyTypes] };
  new NetworkPolicyV1(scope, 'deny-all', { metadata: mutable(denial.metadata), spec, dependsOn });
  const bundle = new ConfigMapV1(scope, 'gateway-clients', {
    metadata: mutable(clients.metadata),
    data: { ...clients.data },
    dependsOn,
  });
  return [made, bundle];
}

/** One service's objects as resources; `before` is what its pods need to start. */
export function emitService(scope: Construct, objects: ServiceObjects, before: ITerraformDependable[]): void {
  const id = objects.deployment.metadata.name;
  const account = new ServiceAccountV1(scope, `${id}-account`, {
    metadata: mutable(objects.account.metadata),
    automountServiceAccountToken: objects.account.automountServiceAccountToken,
    dependsOn: before,
  });
  emitPolicy(scope, `${id}-policy`, objects.policy, before);
  const deployment = emitDeployment(scope, id, objects.deployment, [...before, account]);
  const { spec } = objects.service;
  new ServiceV1(scope, `${id}-service`, {
    metadata: mutable(objects.service.metadata),
    spec: {
      type: spec.type,
      externalTrafficPolicy: spec.externalTrafficPolicy,
      selector: { ...spec.selector },
      port: spec.ports.map((port) => ({ ...port })),
    },
    dependsOn: [deployment],
  });
  emitAutoscaler(scope, `${id}-autoscaler`, objects.autoscaler, [deployment]);
  new PodDisruptionBudgetV1(scope, `${id}-budget`, {
    metadata: mutable(objects.budget.metadata),
    spec: {
      maxUnavailable: String(objects.budget.spec.maxUnavailable),
      selector: { matchLabels: { ...objects.budget.spec.selector.matchLabels } },
    },
    dependsOn: before,
  });
}

function emitDeployment(
  scope: Construct,
  id: string,
  { metadata, spec }: ServiceObjects['deployment'],
  dependsOn: ITerraformDependable[],
): DeploymentV1 {
  const pod = spec.template.spec;
  const { resources, ports, volumeMounts, lifecycle, startupProbe, readinessProbe, livenessProbe, ...container } =
    pod.containers[0]!;
  const probe = ({ httpGet, ...rest }: typeof startupProbe) => ({ ...rest, httpGet: { ...httpGet } });
  return new DeploymentV1(scope, `${id}-deployment`, {
    metadata: mutable(metadata),
    // The longest start of a pod, twice, and the surge's waves.
    timeouts: { create: '20m', update: '30m' },
    spec: {
      minReadySeconds: spec.minReadySeconds,
      progressDeadlineSeconds: spec.progressDeadlineSeconds,
      revisionHistoryLimit: spec.revisionHistoryLimit,
      selector: { matchLabels: { ...spec.selector.matchLabels } },
      strategy: { type: spec.strategy.type, rollingUpdate: { ...spec.strategy.rollingUpdate } },
      template: {
        metadata: mutable(spec.template.metadata),
        spec: {
          serviceAccountName: pod.serviceAccountName,
          automountServiceAccountToken: pod.automountServiceAccountToken,
          enableServiceLinks: pod.enableServiceLinks,
          terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
          securityContext: {
            ...pod.securityContext,
            runAsUser: String(pod.securityContext.runAsUser),
            runAsGroup: String(pod.securityContext.runAsGroup),
            fsGroup: String(pod.securityContext.fsGroup),
          },
          nodeSelector: { ...pod.nodeSelector },
          toleration: pod.tolerations.map((toleration) => ({ ...toleration })),
          topologySpreadConstraint: pod.topologySpreadConstraints.map(({ labelSelector, ...constraint }) => ({
            ...constraint,
            labelSelector: [{ matchLabels: { ...labelSelector.matchLabels } }],
          })),
          container: [
            {
              name: container.name,
              image: container.image,
              imagePullPolicy: container.imagePullPolicy,
              args: [...container.args],
              env: container.env.map((variable) => ({ ...variable })),
              port: ports.map((port) => ({ ...port })),
              resources: { requests: { ...resources.requests }, limits: { ...resources.limits } },
              securityContext: {
                ...container.securityContext,
                runAsUser: String(container.securityContext.runAsUser),
              },
              startupProbe: probe(startupProbe),
              readinessProbe: probe(readinessProbe),
              livenessProbe: probe(livenessProbe),
              lifecycle: { preStop: [{ exec: { command: [...lifecycle.preStop.exec.command] } }] },
              volumeMount: volumeMounts.map((mount) => ({ ...mount })),
            },
          ],
          volume: pod.volumes.map(volume),
        },
      },
    },
    dependsOn,
  });
}

type Volume = ServiceObjects['deployment']['spec']['template']['spec']['volumes'][number];

function volume({ name, ...source }: Volume) {
  if ('secret' in source && source.secret) {
    const { secretName, defaultMode } = source.secret;
    return { name, secret: { secretName, defaultMode: octal(defaultMode) } };
  }
  if ('configMap' in source && source.configMap) {
    return { name, configMap: { name: source.configMap.name, defaultMode: octal(source.configMap.defaultMode) } };
  }
  if ('csi' in source && source.csi) return { name, csi: { ...source.csi } };
  if ('emptyDir' in source && source.emptyDir) return { name, emptyDir: { ...source.emptyDir } };
  throw new TypeError(`volume ${name} is of a kind that is not emitted`);
}

function emitAutoscaler(
  scope: Construct,
  id: string,
  { metadata, spec }: ServiceObjects['autoscaler'],
  dependsOn: ITerraformDependable[],
): void {
  const rules = ({
    policies,
    ...rest
  }: {
    readonly policies: readonly { type: string; value: number; periodSeconds: number }[];
    selectPolicy: string;
    stabilizationWindowSeconds: number;
  }) => [{ ...rest, policy: policies.map((policy) => ({ ...policy })) }];
  new HorizontalPodAutoscalerV2(scope, id, {
    metadata: mutable(metadata),
    spec: {
      minReplicas: spec.minReplicas,
      maxReplicas: spec.maxReplicas,
      scaleTargetRef: { ...spec.scaleTargetRef },
      metric: spec.metrics.map(({ type, containerResource: { target, ...resource } }) => ({
        type,
        containerResource: { ...resource, target: { ...target } },
      })),
      behavior: {
        scaleUp: rules(spec.behavior.scaleUp),
        scaleDown: rules(spec.behavior.scaleDown),
      },
    },
    dependsOn,
  });
}

function emitPolicy(
  scope: Construct,
  id: string,
  { metadata, spec }: ServiceObjects['policy'],
  dependsOn: ITerraformDependable[],
): void {
  new NetworkPolicyV1(scope, id, {
    metadata: mutable(metadata),
    spec: {
      podSelector: { matchLabels: { ...spec.podSelector.matchLabels } },
      policyTypes: [...spec.policyTypes],
      ingress: spec.ingress.map(({ from, ports }) => ({
        from: from.map(peer),
        ports: ports.map((port) => ({ ...port })),
      })),
      egress: spec.egress.map(({ to, ports }) => ({ to: to.map(peer), ports: ports.map((port) => ({ ...port })) })),
    },
    dependsOn,
  });
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
}

function peer({ ipBlock, namespaceSelector, podSelector }: Peer) {
  return {
    ...(ipBlock && { ipBlock: { cidr: ipBlock.cidr, ...(ipBlock.except && { except: [...ipBlock.except] }) } }),
    ...(namespaceSelector && { namespaceSelector: { matchLabels: { ...namespaceSelector.matchLabels } } }),
    ...(podSelector && { podSelector: { matchLabels: { ...podSelector.matchLabels } } }),
  };
}

interface AnyMetadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The provider's types want maps that they may change. */
function mutable({ name, namespace, labels, annotations }: AnyMetadata) {
  return {
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(labels && { labels: { ...labels } }),
    ...(annotations && { annotations: { ...annotations } }),
  };
}

/** Modes are texts in the provider, four octal digits. */
function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
