import { type App, Aspects, type TerraformStack } from 'cdktf';
import { AddonsStack } from './addons.ts';
import { ClusterStack } from './cluster.ts';
import type { Environment } from './config.ts';
import { EdgeStack } from './edge.ts';
import type { PolicySet } from './edge/policy-set.ts';
import { FunctionsStack } from './functions.ts';
import { NetworkStack } from './network.ts';
import { PlatformStack } from './platform.ts';
import { Rules } from './rules/rules.ts';
import { Tags } from './tags.ts';
import { WorkloadStack } from './workload.ts';

/**
 * The program: seven stacks, each depending on the one before, so that what a later one looks up is there by then.
 * Synthesising it throws when a rule is violated.
 */
export function compose(app: App, environment: Environment, policies: PolicySet): TerraformStack[] {
  const stacks = [
    new NetworkStack(app, environment),
    new PlatformStack(app, environment),
    new ClusterStack(app, environment),
    new AddonsStack(app, environment),
    new WorkloadStack(app, environment),
    new EdgeStack(app, environment, policies),
    new FunctionsStack(app, environment),
  ];
  stacks.slice(1).forEach((later, index) => later.addDependency(stacks[index]!));
  // To each stack: CDKTF asks stacks for aspects, not the app.
  for (const stack of stacks) {
    Aspects.of(stack).add(new Tags());
    Aspects.of(stack).add(new Rules(environment));
  }
  return stacks;
}
