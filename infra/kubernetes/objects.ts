import type { DeployedService, Environment } from '../config.ts';
import { namesOf, serviceNamesOf, type ServiceNames } from '../naming.ts';
import { gpuTaint, poolLabel, scoringTaint, spotTaint } from '../pools.ts';
import { serverArguments } from './server-arguments.ts';

/** What only the cloud knows; in a stack these are references, in a printed manifest their values. */
export interface Facts {
  /** The registry's host name. */
  readonly registry: string;
  /** The client id of a service's identity. */
  clientIdOf(service: string): string;
  /** The certificates that the gateway may show, PEM, one after the other. */
  readonly gatewayCertificates: string;
}

/** The numbers that the image, its user and these objects agree on. */
export const user = 10001;
const ports = { https: 8443, admin: 9090 } as const;
const paths = { tls: '/etc/penstock/tls', clients: '/etc/penstock/clients', temporary: '/tmp' } as const;
/** How long a pod that ends stays reachable: the load balancer's probe takes up to 2 × 5 s to notice. */
const drainSeconds = 15;
/** The longest request of a service that sets no limit; what runs longer is cut off when its pod ends. */
const unlimitedSeconds = 60;

const restrictedPod = {
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  seccompProfile: { type: 'RuntimeDefault' },
};
const restrictedContainer = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: user,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** The namespace, and what holds for all that is in it. */
export function namespaceObjects(environment: Environment, facts: Facts) {
  const { namespace } = namesOf(environment);
  return {
    namespace: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: {
          'app.kubernetes.io/part-of': environment.name,
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/audit': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
      },
    },
    denial: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'deny-all', namespace },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    },
    clients: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'gateway-clients', namespace },
      data: { 'clients.pem': facts.gatewayCertificates },
    },
  } as const;
}

/** All that one service gets. */
export function serviceObjects(environment: Environment, service: DeployedService, facts: Facts) {
  const { namespace } = namesOf(environment);
  const own = serviceNamesOf(environment, service.definition.name);
  const selector = { 'app.kubernetes.io/name': own.object };
  const labels = { ...selector, 'app.kubernetes.io/part-of': environment.name };
  const metadata = { name: own.object, namespace, labels };
  return {
    account: {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        ...metadata,
        annotations: { 'azure.workload.identity/client-id': facts.clientIdOf(service.definition.name) },
      },
      automountServiceAccountToken: false,
    },
    deployment: deployment(environment, service, facts, own, selector, metadata),
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        ...metadata,
        annotations: {
          'service.beta.kubernetes.io/azure-load-balancer-internal': 'true',
          'service.beta.kubernetes.io/azure-load-balancer-internal-subnet': namesOf(environment).subnets.loadBalancers,
          'service.beta.kubernetes.io/azure-load-balancer-ipv4': service.address,
        },
      },
      spec: {
        type: 'LoadBalancer',
        // Keeps the caller's address, which the network policy goes by.
        externalTrafficPolicy: 'Local',
        selector,
        ports: [{ name: 'https', port: 443, targetPort: 'https', protocol: 'TCP' }],
      },
    },
    autoscaler: {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: own.object },
        minReplicas: service.replicas.min,
        maxReplicas: service.replicas.max,
        metrics: [
          {
            type: 'ContainerResource',
            containerResource: {
              name: 'cpu',
              container: 'server',
              target: { type: 'Utilization', averageUtilization: service.autoscaling.cpu },
            },
          },
        ],
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: 'Max',
            policies: [{ type: 'Percent', value: service.autoscaling.upPercent, periodSeconds: 15 }],
          },
          scaleDown: {
            stabilizationWindowSeconds: service.autoscaling.settleSeconds,
            selectPolicy: 'Max',
            policies: [{ type: 'Percent', value: service.autoscaling.downPercent, periodSeconds: 60 }],
          },
        },
      },
    },
    budget: {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
    },
    policy: networkPolicy(environment, selector, metadata),
  } as const;
}

interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

function deployment(
  environment: Environment,
  service: DeployedService,
  facts: Facts,
  own: ServiceNames,
  selector: Readonly<Record<string, string>>,
  metadata: Metadata,
) {
  const { definition, image } = service;
  if (image === undefined) throw new TypeError(`${definition.name} has no image yet`);
  const { timeout, queueTimeout } = definition.limits;
  const longest = Math.ceil(((timeout ?? unlimitedSeconds * 1000) + (queueTimeout ?? 0)) / 1000);
  const memory = `${service.memory / 2 ** 20}Mi`;
  const resources = {
    cpu: String(service.cpu),
    memory,
    'ephemeral-storage': '4Gi',
    ...(definition.gpu && { 'nvidia.com/gpu': '1' }),
  };
  const fromVault = environment.tls.issuer === 'keyvault';
  const probe = (path: string) => ({ httpGet: { path, port: 'admin' }, timeoutSeconds: 2 });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      // No replicas: the autoscaler's business.
      selector: { matchLabels: selector },
      minReadySeconds: 5,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 5,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '0', maxSurge: '25%' } },
      template: {
        metadata: { labels: { ...metadata.labels, 'azure.workload.identity/use': 'true' } },
        spec: {
          serviceAccountName: own.object,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: drainSeconds + longest,
          securityContext: restrictedPod,
          nodeSelector: { [poolLabel]: definition.gpu ? 'gpu' : 'scoring', 'kubernetes.io/os': 'linux' },
          tolerations: [
            { operator: 'Equal', ...(definition.gpu ? gpuTaint : scoringTaint) },
            ...(environment.cluster.scoring.spot && !definition.gpu ? [{ operator: 'Equal', ...spotTaint }] : []),
          ],
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'topology.kubernetes.io/zone',
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: selector },
              matchLabelKeys: ['pod-template-hash'],
            },
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: selector },
              matchLabelKeys: ['pod-template-hash'],
            },
          ],
          containers: [
            {
              name: 'server',
              image: `${facts.registry}/${own.repository}@${image}`,
              imagePullPolicy: 'Always',
              args: serverArguments({
                store: `https://${namesOf(environment).releases}.blob.core.windows.net/${namesOf(environment).containers.releases}`,
                channel: service.channel,
                ports,
                certificate: fromVault ? `${paths.tls}/tls.pem` : `${paths.tls}/tls.crt`,
                key: fromVault ? `${paths.tls}/tls.pem` : `${paths.tls}/tls.key`,
                clients: `${paths.clients}/clients.pem`,
                subject: namesOf(environment).apiManagement,
              }),
              env: [
                // A worker has one core; R's linear algebra would start a thread for every core of the node.
                { name: 'OMP_NUM_THREADS', value: '1' },
                { name: 'TMPDIR', value: paths.temporary },
              ],
              ports: [
                { name: 'https', containerPort: ports.https, protocol: 'TCP' },
                { name: 'admin', containerPort: ports.admin, protocol: 'TCP' },
              ],
              resources: { requests: resources, limits: resources },
              securityContext: restrictedContainer,
              startupProbe: { ...probe('/ready'), periodSeconds: 2, failureThreshold: 90 },
              readinessProbe: { ...probe('/ready'), periodSeconds: 5, failureThreshold: 2 },
              livenessProbe: { ...probe('/live'), periodSeconds: 10, failureThreshold: 3 },
              // The provider has no sleep handler.
              lifecycle: { preStop: { exec: { command: ['sleep', String(drainSeconds)] } } },
              volumeMounts: [
                { name: 'tls', mountPath: paths.tls, readOnly: true },
                { name: 'clients', mountPath: paths.clients, readOnly: true },
                { name: 'temporary', mountPath: paths.temporary, readOnly: false },
              ],
            },
          ],
          volumes: [
            fromVault
              ? {
                  name: 'tls',
                  csi: {
                    driver: 'secrets-store.csi.k8s.io',
                    readOnly: true,
                    volumeAttributes: { secretProviderClass: own.certificate },
                  },
                }
              : { name: 'tls', secret: { secretName: own.certificate, defaultMode: 0o440 } },
            { name: 'clients', configMap: { name: 'gateway-clients', defaultMode: 0o444 } },
            { name: 'temporary', emptyDir: { sizeLimit: '3Gi' } },
          ],
        },
      },
    },
  };
}

/** In: API Management and the metrics agents. Out: names, private endpoints, Entra ID (which has no fixed addresses). */
function networkPolicy(environment: Environment, selector: Readonly<Record<string, string>>, metadata: Metadata) {
  const { network } = environment;
  const system = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } };
  const tcp = (port: number | string) => ({ protocol: 'TCP', port: String(port) });
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [{ ipBlock: { cidr: network.apiManagement } }], ports: [tcp('https')] },
        { from: [system], ports: [tcp('admin')] },
      ],
      egress: [
        {
          to: [{ ...system, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
          ports: [{ protocol: 'UDP', port: '53' }, tcp(53)],
        },
        { to: [{ ipBlock: { cidr: network.endpoints } }], ports: [tcp(443)] },
        {
          to: [
            {
              ipBlock: {
                cidr: '0.0.0.0/0',
                except: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'],
              },
            },
          ],
          ports: [tcp(443)],
        },
      ],
    },
  };
}

export type NamespaceObjects = ReturnType<typeof namespaceObjects>;
export type ServiceObjects = ReturnType<typeof serviceObjects>;
