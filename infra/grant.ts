import { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment/index.js';
import { Sleep } from '@cdktf/provider-time/lib/sleep/index.js';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';

export interface Grant {
  /** The object id of a managed identity. */
  readonly to: string;
  /** The name of a built-in role. */
  readonly role: string;
  /** The resource id that it is for. */
  readonly on: string;
  /** What the identity needs it for; shown in the portal beside the assignment. */
  readonly because: string;
  readonly dependsOn?: ITerraformDependable[];
}

/** Assigns a role to a managed identity. */
export function grant(scope: Construct, id: string, { to, role, on, because, dependsOn }: Grant): RoleAssignment {
  return new RoleAssignment(scope, id, {
    scope: on,
    roleDefinitionName: role,
    principalId: to,
    // The identity may be so new that Entra's directory has not heard of it.
    principalType: 'ServicePrincipal',
    skipServicePrincipalAadCheck: true,
    description: because,
    ...(dependsOn && { dependsOn }),
  });
}

/**
 * Waits until roles work: an assignment takes up to ten minutes to reach every front end.
 * https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---role-assignment-changes-are-not-being-detected
 */
export function untilWorking(scope: Construct, id: string, grants: readonly RoleAssignment[]): Sleep {
  return new Sleep(scope, id, {
    createDuration: '5m',
    // An assignment made anew, say for an identity made anew, is waited for again.
    triggers: Object.fromEntries(grants.map((given) => [given.node.id, given.id])),
    dependsOn: [...grants],
  });
}
