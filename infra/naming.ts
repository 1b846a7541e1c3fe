import { createHash } from 'node:crypto';
import type { Environment } from './config.ts';

/** What decides every name of an environment. */
export type Named = Pick<Environment, 'name' | 'environment' | 'subscription' | 'region' | 'state'>;

/** One state each, deployed in this order. */
export const stackNames = ['network', 'platform', 'cluster', 'addons', 'workload', 'edge', 'functions'] as const;
export type StackName = (typeof stackNames)[number];

/** The stacks with Azure resources of their own; the others hold Kubernetes objects. */
export const groupNames = ['network', 'platform', 'cluster', 'edge', 'functions'] as const;

/**
 * Every name of an environment. Stacks look each other's resources up by these, so that nothing passes from state to
 * state. Names that are unique in all of Azure end with six characters made of the subscription and the environment.
 */
export function namesOf({ name, environment, subscription, region, state }: Named) {
  const base = `${name}-${environment}`;
  const own = digest(`${subscription}/${base}`, 6);
  const letters = base.replaceAll('-', '');
  const account = (purpose: string) => `st${purpose}${letters.slice(0, 16 - purpose.length)}${own}`;
  const subnets = {
    nodes: 'snet-nodes',
    loadBalancers: 'snet-load-balancers',
    endpoints: 'snet-endpoints',
    apiManagement: 'snet-api-management',
    functions: 'snet-functions',
    runner: 'snet-runner',
  };
  return {
    groups: Object.fromEntries(groupNames.map((stack) => [stack, `rg-${base}-${stack}`])) as Record<
      (typeof groupNames)[number],
      string
    >,
    state: {
      group: state.resourceGroup ?? `rg-${base}-state`,
      account: state.storageAccount ?? account('state'),
      container: state.container,
    },
    network: `vnet-${base}`,
    subnets,
    securityGroups: Object.fromEntries(
      Object.entries(subnets).map(([key, subnet]) => [key, `nsg-${subnet}`]),
    ) as Record<keyof typeof subnets, string>,
    nat: `ng-${base}`,
    natAddress: `pip-${base}-nat`,
    registry: `cr${letters}${own}`,
    vault: `kv-${cut(base, 14)}-${own}`,
    releases: account('rel'),
    functionsHost: account('func'),
    containers: { releases: 'releases', replicas: 'replicas', results: 'results' },
    promotions: 'promotions',
    logs: `log-${base}`,
    insights: `appi-${base}`,
    metrics: `amw-${base}`,
    collectionEndpoint: `dce-${cut(base, 30)}-${cut(region, 8)}`,
    prometheusRule: `dcr-${base}-prometheus`,
    containerRule: `dcr-${base}-containers`,
    actions: `ag-${base}`,
    /** Shown in text messages: at most 12 characters. */
    actionsShort: letters.slice(0, 12),
    budget: `budget-${base}`,
    workbook: uuid(`${subscription}/${base}/workbook`),
    identities: {
      cluster: `id-${base}-cluster`,
      kubelet: `id-${base}-kubelet`,
      certificates: `id-${base}-cert-manager`,
      functions: `id-${base}-functions`,
    },
    cluster: `aks-${base}`,
    nodesGroup: `rg-${base}-nodes`,
    apiManagement: `apim-${base}-${own}`,
    plan: `asp-${base}`,
    functions: `func-${base}-${own}`,
    topic: `evgt-${base}-releases`,
    namespace: 'scoring',
    /** In the Key Vault. */
    secrets: { functionsKey: 'functions-subscription-key', gatewayCertificate: 'gateway-client' },
  };
}

export type Names = ReturnType<typeof namesOf>;

/** The names of what one service gets. */
export function serviceNamesOf(environment: Named & Pick<Environment, 'domain'>, service: string) {
  const object = objectName(service);
  return {
    /** Of its Kubernetes objects: a DNS label that starts with a letter, short enough for what Kubernetes appends. */
    object,
    identity: `id-${environment.name}-${environment.environment}-${object}`,
    /** The scoring server's image, in the environment's registry. */
    repository: `penstock/${service}`,
    /** Where API Management finds it; the certificate is for this name. */
    host: `${service}.${environment.domain}`,
    /** The Kubernetes secret that cert-manager or the Key Vault driver fills, and the certificate in the Key Vault. */
    certificate: `${object}-tls`,
  };
}

export type ServiceNames = ReturnType<typeof serviceNamesOf>;

/** Services need labels of RFC 1035, which start with a letter; replica sets and pods append up to 16 characters. */
function objectName(service: string): string {
  if (/^[a-z][a-z0-9-]{0,43}$/.test(service) && !service.includes('--')) return service;
  return `s-${cut(service.replace(/-+/g, '-'), 35)}-${digest(service, 6)}`;
}

/** The beginning of a name, without a hyphen left at its end. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/-+$/, '');
}

/** Lower-case letters and digits made of a text: the same text, the same characters. */
function digest(text: string, length: number): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return BigInt(`0x${hash}`).toString(36).slice(-length);
}

/** A UUID made of a text, in the form of version 5 (RFC 9562). */
export function uuid(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
