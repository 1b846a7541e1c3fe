import { guidOf, pretended, typeOf } from './identifiers.ts';
import type { Answer, Request, ResourceProvider, World } from './provider.ts';
import { apiManagement, writtenApi } from './providers/api-management.ts';
import { authorization } from './providers/authorization.ts';
import { compute } from './providers/compute.ts';
import { eventGrid } from './providers/event-grid.ts';
import { identity } from './providers/identity.ts';
import { keyVault } from './providers/key-vault.ts';
import { kubernetes } from './providers/kubernetes.ts';
import { insights, monitor, operationalInsights } from './providers/monitor.ts';
import { network } from './providers/network.ts';
import { registry } from './providers/registry.ts';
import { storage } from './providers/storage.ts';
import { web } from './providers/web.ts';
import { merge, type Resource } from './resources.ts';

const providers: readonly ResourceProvider[] = [
  apiManagement,
  authorization,
  compute,
  eventGrid,
  identity,
  insights,
  keyVault,
  kubernetes,
  monitor,
  network,
  operationalInsights,
  registry,
  storage,
  web,
];

/** azurerm's client takes only the codes that an API is specified to send: 200 for nearly all, 201 alone for these. */
const answersCreated = new Set([
  'microsoft.authorization/roleassignments',
  'microsoft.authorization/locks',
  'microsoft.eventgrid/systemtopics/eventsubscriptions',
]);
/** Deletions that the client takes for done at 204, or for begun at 202, and at nothing else. */
const answersNoContent = new Set([
  'microsoft.apimanagement/service/apis',
  'microsoft.containerservice/managedclusters',
  'microsoft.containerservice/managedclusters/agentpools',
  'microsoft.monitor/accounts',
  'microsoft.storage/storageaccounts/queueservices/queues',
]);
/** Kept for a while after they are deleted, and found by name. */
const softlyDeleted = new Set(['microsoft.keyvault/vaults', 'microsoft.apimanagement/service']);

/** The management plane: what a resource provider has of its own, else the ways that all of them share. */
export class ResourceManager {
  readonly world: World;
  /** Requests that nothing here knew how to answer. */
  readonly unknown: string[] = [];
  /** APIs that are being written to. */
  readonly #writing = new Set<string>();

  readonly #write: () => Promise<void>;

  /** @param write settles when a write to an API has been done */
  constructor(world: World, write: () => Promise<void>) {
    this.world = world;
    this.#write = write;
  }

  async answer(request: Request): Promise<Answer> {
    const { method, path } = request;
    const api = writtenApi(method, path);
    if (api === undefined) return this.#answer(request);
    // https://learn.microsoft.com/azure/api-management/api-management-troubleshoot: one write to an API at a time.
    if (this.#writing.has(api)) {
      return failure(409, 'PessimisticConcurrencyConflict', 'Operation on the API is in progress. Please retry later.');
    }
    this.#writing.add(api);
    try {
      await this.#write();
      return this.#answer(request);
    } finally {
      this.#writing.delete(api);
    }
  }

  #answer(request: Request): Answer {
    const { method, path } = request;
    const general = subscriptionAnswer(request);
    if (general !== undefined) return general;
    const own = this.#providerOf(path)?.answer?.(request, this.world) ?? authorization.answer?.(request, this.world);
    if (own !== undefined) return own;
    if (method === 'PUT') return this.#put(request);
    if (method === 'PATCH') return this.#patch(request);
    if (method === 'DELETE') return this.#delete(path);
    if (method === 'POST') return this.#act(path);
    // Whether something is there: an answer without a body.
    const found = this.#get(request);
    return method === 'HEAD' && found.status === 200 ? { status: 204 } : found;
  }

  #providerOf(path: string): ResourceProvider | undefined {
    const [namespace] = typeOf(path).split('/');
    return providers.find((provider) => provider.namespace === namespace);
  }

  #put({ path, body }: Request): Answer {
    const { resources } = this.world;
    const type = typeOf(path);
    const isNew = !resources.has(path);
    const before = structuredClone(resources.get(path));
    const resource = resources.put(path, structuredClone(body));
    const refused = this.#refusal(resource);
    if (refused !== undefined) {
      resources.remove(path);
      if (before !== undefined) resources.put(path, before);
      return refused;
    }
    this.#providerOf(path)?.adds?.[type]?.(resource, this.world);
    this.world.deleted.delete(resource.name.toLowerCase());
    return { status: answersCreated.has(type) && isNew ? 201 : 200, body: resource };
  }

  #refusal(resource: Resource): Answer | undefined {
    const missing = missingReference(resource, this.world);
    if (missing !== undefined) {
      return failure(400, 'LinkedInvalidPropertyId', `${resource.name} refers to ${missing}, which does not exist`);
    }
    for (const rule of this.#providerOf(resource.id)?.refusals?.[resource.type] ?? []) {
      const message = rule.refuses(resource, this.world);
      if (message !== undefined) return failure(400, rule.code ?? 'BadRequest', message);
    }
    return undefined;
  }

  #patch({ path, body }: Request): Answer {
    const resource = this.world.resources.get(path);
    if (resource === undefined) return notFound(path);
    merge(resource, body);
    this.#providerOf(path)?.adds?.[resource.type]?.(resource, this.world);
    return { status: 200, body: resource };
  }

  #delete(path: string): Answer {
    const [, name] = /\/deleted(?:vaults|services)\/([^/]+)$/i.exec(path) ?? [];
    if (name !== undefined) {
      this.world.deleted.delete(name.toLowerCase());
      return { status: 200, body: {} };
    }
    const gone = this.world.resources.remove(path);
    for (const resource of gone) {
      if (softlyDeleted.has(resource.type)) this.world.deleted.set(resource.name.toLowerCase(), resource);
    }
    return gone.length > 0 && !answersNoContent.has(typeOf(path)) ? { status: 200, body: {} } : { status: 204 };
  }

  #act(path: string): Answer {
    if (/\/checknameavailability$/i.test(path)) return { status: 200, body: { nameAvailable: true } };
    const [, owner] = /^(.*)\/list(?:keys|secrets|credentials|value)?$/i.exec(path) ?? [];
    if (owner !== undefined) return { status: 200, body: this.world.resources.get(owner) ?? { properties: {} } };
    this.unknown.push(`POST ${typeOf(path)}`);
    return { status: 200, body: {} };
  }

  #get({ path, query }: Request): Answer {
    const { resources } = this.world;
    const resource = resources.get(path);
    if (resource !== undefined) return { status: 200, body: resource };
    const deleted = this.#deleted(path);
    if (deleted !== undefined) return deleted;
    if (/^\/subscriptions\/[^/]+\/resources$/i.test(path)) {
      const filter = query.get('$filter') ?? '';
      const [, type] = /resourceType eq '([^']+)'/i.exec(filter) ?? [];
      const [, name] = /\bname eq '([^']+)'/i.exec(filter) ?? [];
      const found = resources.all().filter((each) => {
        return (type === undefined || each.type === type.toLowerCase()) && (name === undefined || each.name === name);
      });
      return { status: 200, body: { value: found } };
    }
    const [, group] = /^(.*\/resourcegroups\/[^/]+)\/resources$/i.exec(path) ?? [];
    if (group !== undefined) {
      const inside = `${group}/providers/`.toLowerCase();
      return { status: 200, body: { value: resources.all().filter(({ id }) => id.toLowerCase().startsWith(inside)) } };
    }
    if (isCollection(path)) return { status: 200, body: { value: resources.in(path) } };
    const parent = resources.get(path.slice(0, path.lastIndexOf('/')));
    if (parent !== undefined && /\/(default|current|web)$/i.test(path)) {
      return { status: 200, body: { id: path, name: path.split('/').at(-1), type: typeOf(path), properties: {} } };
    }
    return notFound(path);
  }

  #deleted(path: string): Answer | undefined {
    const [, location, , name = ''] = /\/locations\/([^/]+)\/deleted(vaults|services)\/([^/]+)$/i.exec(path) ?? [];
    const resource = this.world.deleted.get(name.toLowerCase());
    if (resource === undefined) return undefined;
    const properties = { vaultId: resource.id, serviceId: resource.id, location, purgeProtectionEnabled: true };
    return { status: 200, body: { id: path, name, location, properties } };
  }
}

/** The subscription itself, and which resource providers it has registered: all. */
function subscriptionAnswer({ method, path }: Request): Answer | undefined {
  const [, subscriptionId, listed, namespace, register] =
    /^\/subscriptions\/([^/]+)(\/providers(?:\/([^/]+)(\/register)?)?)?$/i.exec(path) ?? [];
  if (subscriptionId === undefined || (method !== 'GET' && register === undefined)) return undefined;
  if (listed === undefined) {
    const { tenant: tenantId } = pretended;
    return { status: 200, body: { id: path, subscriptionId, displayName: 'rehearsal', state: 'Enabled', tenantId } };
  }
  const registered = { namespace, registrationState: 'Registered', resourceTypes: [] };
  return { status: 200, body: namespace === undefined ? { value: [] } : registered };
}

/**
 * The first resource that a body names and that is not there: Azure refuses most of those. Items of a Key Vault and what
 * Azure makes by itself are not asked for, nor is a resource's own id.
 */
function missingReference({ id, properties, type }: Resource, { resources }: World): string | undefined {
  if (type === 'microsoft.authorization/roleassignments') {
    const scope = id.slice(0, id.toLowerCase().lastIndexOf('/providers/microsoft.authorization'));
    return /\/vaults\/[^/]+\/|^\/subscriptions\/[^/]+$/i.test(scope) || resources.has(scope) ? undefined : scope;
  }
  const own = id.toLowerCase();
  return [...references(properties)].find(
    (other) => !other.toLowerCase().startsWith(own) && !resources.has(other) && !madeByAzure.test(other),
  );
}

const madeByAzure =
  /\/(networkInterfaces|roleDefinitions|dnsPrefix|actionRules)\/|\/(default|virtualMachineScaleSets)/i;
const reference = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^/]+(\/[^/]+\/[^/]+)+$/i;

function* references(value: unknown): Generator<string> {
  if (typeof value === 'string' && reference.test(value)) yield value;
  else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      if (reference.test(key)) yield key;
      yield* references(child);
    }
  }
}

/** Whether a path ends with a type and not with a name. */
function isCollection(path: string): boolean {
  const at = path.toLowerCase().lastIndexOf('/providers/');
  const segments = path.slice(at < 0 ? 1 : at + '/providers/'.length).split('/').length;
  return at < 0 ? segments % 2 === 1 : segments % 2 === 0;
}

export function notFound(path: string): Answer {
  return failure(404, 'ResourceNotFound', `The Resource '${path}' was not found.`);
}

function failure(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } }, headers: { 'x-ms-correlation-request-id': guidOf(message) } };
}
