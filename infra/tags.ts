import { TerraformResource, type IAspect } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { Environment } from './config.ts';
import { literal } from './literal.ts';
import { PenstockStack } from './stack.ts';

/** What every resource that can have tags is tagged with: whose it is, and which stack to look in. */
export function tagsOf(environment: Environment, stack: string): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(environment.tags).map(([name, value]) => [name, literal(value)])),
    application: environment.name,
    environment: environment.environment,
    owner: literal(environment.owner),
    stack,
  };
}

/** Tags every resource that takes tags; tags that a resource has of its own stay. */
export class Tags implements IAspect {
  visit(node: IConstruct): void {
    if (!isTaggable(node)) return;
    const stack = PenstockStack.of(node) as PenstockStack;
    node.tags = { ...tagsOf(stack.environment, stack.node.id), ...node.tagsInput };
  }
}

interface Taggable {
  tags: Record<string, string>;
  readonly tagsInput: Record<string, string> | undefined;
}

function isTaggable(node: IConstruct): node is IConstruct & Taggable {
  if (!TerraformResource.isTerraformResource(node)) return false;
  // Named values of API Management have a list of labels under this name.
  return 'tagsInput' in node && node.terraformResourceType !== 'azurerm_api_management_named_value';
}
