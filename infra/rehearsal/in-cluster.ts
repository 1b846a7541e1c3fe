import type { Stack } from './terraform.ts';

/** What the provider waits for after it has written an object, by type: pods on nodes that only AKS has, and its load balancer. */
const waits = {
  kubernetes_deployment_v1: 'wait_for_rollout',
  kubernetes_service_v1: 'wait_for_load_balancer',
} as const;

/** Sends a stack's Kubernetes objects to the cluster of a kubeconfig, where no image can be pulled. */
export function sendTo(kubeconfig: string, { provider, resource = {} }: Stack): void {
  const config = { config_path: kubeconfig };
  if (provider['kubernetes'] !== undefined) provider['kubernetes'] = [config];
  if (provider['helm'] !== undefined) provider['helm'] = [{ kubernetes: config }];
  for (const [type, wait] of Object.entries(waits)) {
    for (const made of Object.values(resource[type] ?? {})) made[wait] = false;
  }
}
