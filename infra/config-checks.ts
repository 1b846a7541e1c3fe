import { productNames } from '../service/products.ts';
import type { Mistake } from '../service/source.ts';
import { contains, isPrivate, overlap, parseRange, type Range } from './cidr.ts';
import type { Config } from './config.ts';

/** What the keys of a configuration ask of each other; every mistake, each at its key. */
export function crossChecks(config: Config): Mistake[] {
  return [
    ...networkChecks(config),
    ...accessChecks(config),
    ...clusterChecks(config),
    ...edgeChecks(config),
    ...serviceChecks(config),
  ];
}

/** The most bits that each subnet's mask may have, with whose rule that is. */
const smallest = {
  nodes: { bits: 27, because: 'surge nodes need room' },
  loadBalancers: { bits: 28, because: 'each service takes an address, Azure takes five' },
  endpoints: { bits: 28, because: 'each private endpoint takes an address, the registry several' },
  // https://learn.microsoft.com/azure/api-management/integrate-vnet-outbound#subnet-size
  apiManagement: { bits: 27, because: 'API Management asks for /27' },
  // https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to#enable-virtual-network-integration
  functions: { bits: 27, because: 'Flex Consumption asks for /27' },
  runner: { bits: 29, because: 'Azure takes five addresses of each subnet' },
} as const;

function* networkChecks({ network, zones }: Config): Iterable<Mistake> {
  const whole = rangeOf(network.range);
  const placed: { name: string; range: Range }[] = [];
  for (const name of ['nodes', 'loadBalancers', 'endpoints', 'apiManagement', 'functions', 'runner'] as const) {
    const text = network[name];
    if (text === undefined) continue;
    const range = rangeOf(text);
    const path = ['network', name];
    const { bits, because } = smallest[name];
    if (!contains(whole, range))
      yield { path, message: `expected a part of network.range ${network.range}`, got: text };
    if (range.bits > bits) yield { path, message: `expected /${bits} or larger: ${because}`, got: text };
    yield* clash(path, range, placed);
    placed.push({ name: `network.${name}`, range });
  }
  const outside = [{ name: 'network.range', range: whole }];
  for (const name of ['pods', 'services'] as const) {
    const range = rangeOf(network[name]);
    yield* clash(['network', name], range, outside);
    outside.push({ name: `network.${name}`, range });
  }
  if (!isPrivate(whole)) yield { path: ['network', 'range'], message: 'expected a private range', got: network.range };
  // https://learn.microsoft.com/azure/aks/configure-azure-cni: at most /12.
  if (rangeOf(network.services).bits < 12 || rangeOf(network.services).bits > 28) {
    yield { path: ['network', 'services'], message: 'expected a mask from /12 to /28', got: network.services };
  }
  if (zones.length === 0) yield { path: ['zones'], message: 'expected at least one zone' };
}

function* clash(path: string[], range: Range, others: readonly { name: string; range: Range }[]): Iterable<Mistake> {
  for (const other of others) {
    if (overlap(range, other.range)) yield { path, message: `expected a range of its own: it overlaps ${other.name}` };
  }
}

function* accessChecks({ cluster, operators, network }: Config): Iterable<Mistake> {
  if (cluster.access === 'authorisedRanges') {
    if (operators.ipRanges.length === 0) {
      yield {
        path: ['operators', 'ipRanges'],
        message: 'missing; expected the ranges that cluster.access: authorisedRanges opens',
      };
    }
    if (network.runner !== undefined) {
      yield { path: ['network', 'runner'], message: 'expected only with cluster.access: private', got: network.runner };
    }
  } else if (operators.ipRanges.length > 0) {
    // https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges#limitations
    yield { path: ['operators', 'ipRanges'], message: 'expected none with cluster.access: private' };
  }
  for (const [index, text] of operators.ipRanges.entries()) {
    const range = rangeOf(text);
    if (isPrivate(range)) {
      yield { path: ['operators', 'ipRanges', index], message: 'expected a public range', got: text };
    }
    if (range.bits < 8) yield { path: ['operators', 'ipRanges', index], message: 'expected /8 or smaller', got: text };
  }
}

/** Whether a size of these families says in its name that it has a temporary disk, which the ephemeral OS disk needs. */
function lacksTemporaryDisk(size: string): boolean {
  const [, features] = /^Standard_[DE]\d+(?:-\d+)?([a-z]*)_v(?:[4-9]|\d\d)$/.exec(size) ?? [];
  return features !== undefined && !features.includes('d');
}

function* clusterChecks({ cluster, tls }: Config): Iterable<Mistake> {
  for (const name of ['system', 'scoring', 'gpu'] as const) {
    const pool = cluster[name];
    if (pool !== undefined && lacksTemporaryDisk(pool.size)) {
      const message = 'expected a size with a temporary disk, such as Standard_D4ds_v5: OS disks are ephemeral';
      yield { path: ['cluster', name, 'size'], message, got: pool.size };
    }
    if (pool !== undefined && pool.min > pool.max) {
      yield { path: ['cluster', name, 'max'], message: `expected at least min, ${pool.min}`, got: pool.max };
    }
  }
  if (tls.issuer !== 'keyvault' && tls.email === undefined) {
    yield { path: ['tls', 'email'], message: `missing; expected the address that ${tls.issuer} writes to` };
  }
}

function* edgeChecks({ apiManagement, products }: Config): Iterable<Mistake> {
  if (apiManagement.tier === 'Developer' && apiManagement.capacity !== 1) {
    yield {
      path: ['apiManagement', 'capacity'],
      message: 'expected 1 with tier Developer',
      got: apiManagement.capacity,
    };
  }
  const known = [...productNames, ...Object.keys(products)];
  for (const [index, { product, name }] of apiManagement.subscriptions.entries()) {
    const path = ['apiManagement', 'subscriptions', index];
    if (!known.includes(product)) {
      yield { path: [...path, 'product'], message: `no such product; known are ${known.join(', ')}`, got: product };
    }
    if (name === 'functions') yield { path: [...path, 'name'], message: 'expected another name: functions is taken' };
  }
}

function* serviceChecks({ services, network, cluster }: Config): Iterable<Mistake> {
  const subnet = rangeOf(network.loadBalancers);
  const channels = new Set<string>();
  for (const [index, { address, replicas, cpu, channel }] of services.entries()) {
    const path = ['services', index];
    const at = rangeOf(address);
    // Azure keeps the first four addresses of a subnet and the last.
    if (!contains(subnet, at) || at.first < subnet.first + 4 || at.first === subnet.last) {
      const message = `expected a free address in network.loadBalancers ${network.loadBalancers}; Azure keeps the first four and the last`;
      yield { path: [...path, 'address'], message, got: address };
    }
    // A channel points at the release of one service.
    if (channels.has(channel)) {
      yield {
        path: [...path, 'channel'],
        message: 'expected a channel of its own: another service has it',
        got: channel,
      };
    }
    channels.add(channel);
    if (replicas.min > replicas.max) {
      const message = `expected at least min, ${replicas.min}`;
      yield { path: [...path, 'replicas', 'max'], message, got: replicas.max };
    }
    const cores = coresOf(cluster.scoring.size);
    if (cores !== undefined && cpu >= cores && cluster.gpu === undefined) {
      // The kubelet and the agents need part of a core, and whole cores can't be shared.
      const message = `expected less than the ${cores} cores of a ${cluster.scoring.size}`;
      yield { path: [...path, 'cpu'], message, got: cpu };
    }
  }
}

/** The cores in a size's name, which is how Azure builds it: the first number. */
function coresOf(size: string): number | undefined {
  const [, cores] = /^Standard_[A-Z]+(\d+)/.exec(size) ?? [];
  return cores === undefined ? undefined : Number(cores);
}

function rangeOf(text: string): Range {
  const range = parseRange(text);
  if (range === undefined) throw new TypeError(`${text} has passed the schema and is no range`);
  return range;
}
