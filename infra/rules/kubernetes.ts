import { at, blocks, type Rule } from './rule.ts';

const type = 'kubernetes_deployment_v1';
const path = ['spec', 'template', 'spec'] as const;

/** A rule for every container of a pod. */
function forContainers(id: string, demand: string, reason: string, holds: (container: unknown) => boolean): Rule {
  return {
    id,
    type,
    demand,
    reason,
    holds: ({ arguments: all }) => {
      const containers = blocks(at(all, ...path, 'container'));
      return containers.length > 0 && containers.every(holds);
    },
  };
}

function forPod(id: string, demand: string, reason: string, holds: (pod: unknown) => boolean): Rule {
  return { id, type, demand, reason, holds: ({ arguments: all }) => holds(at(all, ...path)) };
}

const dropsAll = (container: unknown) =>
  blocks(at(container, 'security_context', 'capabilities', 'drop')).includes('ALL');
const quantity = (list: string, name: string) => (container: unknown) =>
  at(container, 'resources', list, name) !== undefined;

export const kubernetesRules: readonly Rule[] = [
  forContainers('CKV_K8S_8', 'a liveness probe', 'A server that hangs is restarted.', (container) =>
    Boolean(at(container, 'liveness_probe')),
  ),
  forContainers('CKV_K8S_9', 'a readiness probe', 'A pod gets requests when it can answer them.', (container) =>
    Boolean(at(container, 'readiness_probe')),
  ),
  forContainers('CKV_K8S_10', 'a CPU request', 'The scheduler must know what it places.', quantity('requests', 'cpu')),
  forContainers('CKV_K8S_11', 'a CPU limit', 'Whole cores belong to one pod.', quantity('limits', 'cpu')),
  forContainers('CKV_K8S_12', 'a memory request', 'The scheduler must know it.', quantity('requests', 'memory')),
  forContainers('CKV_K8S_13', 'a memory limit', 'One pod must not take the node down.', quantity('limits', 'memory')),
  ...['CKV_K8S_14', 'CKV_K8S_43'].map((id) =>
    forContainers(id, 'an image by its digest', 'A tag can be moved, a digest can’t.', (container) =>
      /@sha256:[0-9a-f]{64}$/.test(String(at(container, 'image'))),
    ),
  ),
  forContainers(
    'CKV_K8S_15',
    'image_pull_policy Always',
    'Each pod proves that it may pull.',
    (container) => at(container, 'image_pull_policy') === 'Always',
  ),
  forContainers(
    'CKV_K8S_16',
    'no privileged container',
    'It would be root on the node.',
    (container) => at(container, 'security_context', 'privileged') !== true,
  ),
  forPod('CKV_K8S_17', 'no host processes', 'Pods see their own processes alone.', (pod) => !at(pod, 'host_pid')),
  forPod('CKV_K8S_18', 'no host IPC', 'Pods share no memory with the node.', (pod) => !at(pod, 'host_ipc')),
  forPod('CKV_K8S_19', 'no host network', 'Network policies don’t hold there.', (pod) => !at(pod, 'host_network')),
  forContainers(
    'CKV_K8S_20',
    'no privilege escalation',
    'What starts without rights stays so.',
    (container) => at(container, 'security_context', 'allow_privilege_escalation') === false,
  ),
  {
    id: 'CKV_K8S_21',
    type,
    demand: 'a namespace of its own',
    reason: 'The default namespace has no policies.',
    holds: ({ arguments: all }) => !['default', undefined].includes(at(all, 'metadata', 'namespace') as string),
  },
  forContainers(
    'CKV_K8S_22',
    'a read-only root file system',
    'What gets in can’t settle.',
    (container) => at(container, 'security_context', 'read_only_root_filesystem') === true,
  ),
  ...['CKV_K8S_28', 'CKV_K8S_37'].map((id) =>
    forContainers(id, 'all capabilities dropped', 'A scoring server needs none.', dropsAll),
  ),
  forPod('CKV_K8S_29', 'a security context of the pod', 'It runs as a user, under a seccomp profile.', (pod) =>
    Boolean(at(pod, 'security_context', 'run_as_non_root')),
  ),
  forContainers('CKV_K8S_30', 'a security context of the container', 'The same for each container.', (container) =>
    Boolean(at(container, 'security_context')),
  ),
  {
    id: 'PENSTOCK_11',
    type: 'kubernetes_service_v1',
    demand: 'external_traffic_policy Local for load balancers',
    reason: 'With Cluster the caller’s address is a node’s, and the network policy drops it.',
    holds: ({ arguments: all }) =>
      at(all, 'spec', 'type') !== 'LoadBalancer' || at(all, 'spec', 'external_traffic_policy') === 'Local',
  },
  forPod(
    'PENSTOCK_12',
    'no service account token',
    'Pods don’t talk to the API server.',
    (pod) => at(pod, 'automount_service_account_token') === false,
  ),
  {
    id: 'PENSTOCK_13',
    type,
    demand: 'requests equal limits',
    reason: 'Only then are cores exclusive and pods evicted last (Guaranteed).',
    holds: ({ arguments: all }) =>
      blocks(at(all, ...path, 'container')).every(
        (container) =>
          JSON.stringify(at(container, 'resources', 'requests')) ===
          JSON.stringify(at(container, 'resources', 'limits')),
      ),
  },
];
