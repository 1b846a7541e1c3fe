import { TerraformResource, Tokenization, type IAspect } from 'cdktf';
import type { IConstruct } from 'constructs';
import { UserError } from '../../service/errors.ts';
import type { Environment } from '../config.ts';
import { PenstockStack } from '../stack.ts';
import { apiManagementRules } from './api-management.ts';
import { clusterRules } from './cluster.ts';
import { functionRules } from './functions.ts';
import { kubernetesRules } from './kubernetes.ts';
import { registryRules } from './registry.ts';
import type { Arguments, Inspected, Rule, Violation } from './rule.ts';
import { storageRules } from './storage.ts';
import { vaultRules } from './vault.ts';

/** Every rule there is, by the type of resource. docs/security.md prints them. */
export const rules: readonly Rule[] = [
  ...clusterRules,
  ...registryRules,
  ...storageRules,
  ...vaultRules,
  ...apiManagementRules,
  ...functionRules,
  ...kubernetesRules,
];

/** Checks every resource when the program is synthesised: a violation is a failed synth. */
export class Rules implements IAspect {
  private readonly environment: Environment;
  private readonly chosen: readonly Rule[];

  constructor(environment: Environment, chosen: readonly Rule[] = rules) {
    this.environment = environment;
    this.chosen = chosen;
  }

  /** @throws UserError that names the resource, the rule and its reason */
  visit(node: IConstruct): void {
    if (!(node instanceof TerraformResource)) return;
    if (!this.chosen.some(({ type }) => type === node.terraformResourceType)) return;
    const violations = violationsOf(inspect(node), this.environment, this.chosen);
    if (violations.length === 0) return;
    const stack = PenstockStack.of(node).node.id;
    throw new UserError(
      violations
        .map(({ rule, address }) => `${stack}: ${address} breaks ${rule.id}: ${rule.demand}. ${rule.reason}`)
        .join('\n'),
    );
  }
}

/** The rules that a resource breaks without an exception that applies. */
export function violationsOf(
  resource: Inspected,
  environment: Environment,
  chosen: readonly Rule[] = rules,
): Violation[] {
  return chosen
    .filter((rule) => rule.type === resource.type && !rule.holds(resource))
    .filter((rule) => !(rule.exceptions ?? []).some((exception) => exception.applies(environment, resource)))
    .map((rule) => ({ rule, address: resource.address }));
}

/** A resource as a rule sees it. References to other resources stay texts of their own. */
export function inspect(node: TerraformResource): Inspected {
  const stack = PenstockStack.of(node);
  return {
    address: `${node.terraformResourceType}.${node.friendlyUniqueId}`,
    type: node.terraformResourceType,
    arguments: argumentsOf(node),
    siblings: (type) =>
      stack.node
        .findAll()
        .filter((other) => other instanceof TerraformResource && other.terraformResourceType === type)
        .map((other) => argumentsOf(other as TerraformResource)),
  };
}

function argumentsOf(node: TerraformResource): Arguments {
  const whole = node.toTerraform() as { resource: Record<string, Record<string, Arguments>> };
  return plain(Object.values(Object.values(whole.resource)[0]!)[0]!) as Arguments;
}

/** Lists and objects all the way down; what only Azure knows becomes a text that no rule accepts. */
function plain(value: unknown): unknown {
  if (Tokenization.isResolvable(value)) return '(known after apply)';
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]));
  }
  return value;
}
