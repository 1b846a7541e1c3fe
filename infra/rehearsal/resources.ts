import { guidOf, pretended, typeOf } from './identifiers.ts';

export type Json = Record<string, unknown>;

/** A resource as Azure Resource Manager shows it. */
export interface Resource extends Json {
  id: string;
  name: string;
  type: string;
  properties: Json;
  location?: string;
  sku?: Json;
  identity?: { type?: string; principalId?: string; tenantId?: string; userAssignedIdentities?: Record<string, Json> };
}

/** Everything that has been deployed to the stand-in, by id, whatever the letters' case. */
export class Resources {
  readonly #all = new Map<string, Resource>();
  /** When each role assignment was made, for rules that ask whether it works yet. */
  readonly #since = new Map<string, number>();
  readonly #now: () => number;

  /** @param now the time in milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get(path: string): Resource | undefined {
    return this.#all.get(keyOf(path));
  }

  has(path: string): boolean {
    return this.#all.has(keyOf(path));
  }

  /** Creates or replaces a resource: what Azure adds to every one is added. */
  put(path: string, body: Json): Resource {
    const old = this.get(path);
    const made: Resource = {
      ...body,
      id: old?.id ?? path,
      name: path.split('/').at(-1) ?? '',
      type: typeOf(path),
      properties: { ...(body['properties'] as Json | undefined), provisioningState: 'Succeeded' },
    };
    addIdentities(made);
    this.#all.set(keyOf(path), made);
    if (!this.#since.has(keyOf(path))) this.#since.set(keyOf(path), this.#now());
    return made;
  }

  /** Removes a resource and all that lies in it. Returns what was removed. */
  remove(path: string): Resource[] {
    const key = keyOf(path);
    const gone = [...this.#all].filter(([other]) => other === key || other.startsWith(`${key}/`));
    for (const [other] of gone) {
      this.#all.delete(other);
      this.#since.delete(other);
    }
    return gone.map(([, resource]) => resource);
  }

  /** The resources directly in a collection, `…/subnets`. */
  in(collection: string): Resource[] {
    const prefix = `${keyOf(collection)}/`;
    return [...this.#all]
      .filter(([key]) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/'))
      .map(([, resource]) => resource);
  }

  ofType(type: string): Resource[] {
    return [...this.#all.values()].filter((resource) => resource.type === type);
  }

  all(): Resource[] {
    return [...this.#all.values()];
  }

  /** How long a resource has been there, in milliseconds; 0 for one that is not. */
  age(resource: Resource): number {
    const since = this.#since.get(keyOf(resource.id));
    return since === undefined ? 0 : this.#now() - since;
  }
}

/** Puts `changes` into `target`, object by object, as a PATCH does. */
export function merge(target: Json, changes: Json): Json {
  for (const [key, value] of Object.entries(changes)) {
    const old = target[key];
    target[key] = isObject(value) && isObject(old) ? merge(old, value) : value;
  }
  return target;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keyOf(path: string): string {
  return path.replace(/\/+$/, '').toLowerCase();
}

function addIdentities({ id, identity }: Resource): void {
  if (identity === undefined) return;
  if (/system/i.test(identity.type ?? '')) {
    Object.assign(identity, { principalId: guidOf(`${id} principal`), tenantId: pretended.tenant });
  }
  for (const user of Object.keys(identity.userAssignedIdentities ?? {})) {
    identity.userAssignedIdentities![user] = principalOf(user);
  }
}

/** The two ids of a user-assigned identity. */
export function principalOf(identity: string): { principalId: string; clientId: string } {
  return {
    principalId: guidOf(`${identity.toLowerCase()} principal`),
    clientId: guidOf(`${identity.toLowerCase()} client`),
  };
}
