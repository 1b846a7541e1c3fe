import { guidOf } from './identifiers.ts';
import type { Json, Resource, Resources } from './resources.ts';

/** A request to the management plane. */
export interface Request {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly host: string;
  readonly body: Json;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a resource provider of the stand-in works with. */
export interface World {
  readonly resources: Resources;
  /** How long a role assignment takes to work, in milliseconds. */
  readonly propagation: number;
  /** PEM of the authority that signed the stand-in's certificate. */
  readonly authority: string;
  /** The roles that somebody has asked for, by id. */
  readonly roles: Map<string, string>;
  /** What has been deleted softly and can be recovered, by name. */
  readonly deleted: Map<string, Resource>;
}

/** Why Azure refuses a request that the provider lets through. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
}

export interface Rule {
  /** Where Azure says so. */
  readonly source: string;
  refuses(resource: Resource, world: World): string | undefined;
  readonly code?: string;
}

/** One namespace of Azure Resource Manager: how its resources differ from what was put. Types are in lower case. */
export interface ResourceProvider {
  readonly namespace: string;
  /** Adds what the service adds to a resource, by type. */
  readonly adds?: Readonly<Record<string, (resource: Resource, world: World) => void>>;
  /** What the service refuses although azurerm sends it, by type. */
  readonly refusals?: Readonly<Record<string, readonly Rule[]>>;
  /** Requests of its own kind: actions, odd collections. Undefined passes the request on. */
  answer?(request: Request, world: World): Answer | undefined;
}

/** Whether a principal has one of these roles, at a scope or above it, and for long enough that it works. */
export function mayAlready(
  world: World,
  principal: string | undefined,
  roles: readonly string[],
  scope: string,
): boolean {
  return world.resources.ofType('microsoft.authorization/roleassignments').some((assignment) => {
    const { principalId, roleDefinitionId, scope: on } = assignment.properties as Record<string, string>;
    return (
      principalId === principal &&
      roles.some((role) => roleDefinitionId?.endsWith(roleId(role))) &&
      scope.toLowerCase().startsWith(String(on).toLowerCase()) &&
      world.resources.age(assignment) >= world.propagation
    );
  });
}

/** Built-in roles have one id everywhere; here it is made of the name. */
export function roleId(name: string): string {
  return guidOf(`role ${name}`);
}
