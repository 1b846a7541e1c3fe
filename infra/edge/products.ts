import { ApiManagementProductApi } from '@cdktf/provider-azurerm/lib/api-management-product-api/index.js';
import { ApiManagementProductPolicy } from '@cdktf/provider-azurerm/lib/api-management-product-policy/index.js';
import { ApiManagementProduct } from '@cdktf/provider-azurerm/lib/api-management-product/index.js';
import { ApiManagementSubscription } from '@cdktf/provider-azurerm/lib/api-management-subscription/index.js';
import { KeyVaultSecret } from '@cdktf/provider-azurerm/lib/key-vault-secret/index.js';
import { literal } from '../literal.ts';
import type { PenstockStack } from '../stack.ts';
import type { DeployedApi } from './apis.ts';
import { dependenciesOf, type Edge } from './parts.ts';

/** Products with their limits, the APIs that they hold, and the subscriptions to them. */
export function edgeProducts(
  stack: PenstockStack,
  { group, instance, policies, known, apis }: Edge & { readonly apis: ReadonlyMap<string, DeployedApi> },
): void {
  const { environment, names, ids } = stack;
  const common = { apiManagementName: instance.name, resourceGroupName: group.name };
  const products = new Map(
    environment.products.map(({ name, displayName, description }) => {
      const product = new ApiManagementProduct(stack, `product-${name}`, {
        ...common,
        productId: name,
        displayName: literal(displayName),
        description: literal(description),
        published: true,
        subscriptionRequired: true,
        // Nobody helps himself to a key.
        approvalRequired: true,
        subscriptionsLimit: 100,
      });
      return [name, product];
    }),
  );
  for (const { scope, xml } of policies.documents) {
    if (scope.kind !== 'product') continue;
    new ApiManagementProductPolicy(stack, `product-${scope.product}-policy`, {
      ...common,
      productId: products.get(scope.product)!.productId,
      xmlContent: literal(xml),
      dependsOn: dependenciesOf(xml, known),
    });
  }
  for (const { service, products: reached } of policies.apis) {
    const deployed = apis.get(service)!;
    for (const name of reached) {
      deployed.last = new ApiManagementProductApi(stack, `product-${name}-${service}`, {
        ...common,
        productId: products.get(name)!.productId,
        apiName: deployed.api.name,
        dependsOn: [deployed.last],
      });
    }
  }
  const subscriptions = [...environment.apiManagement.subscriptions, { name: 'functions', product: 'internal' }];
  for (const { name, product } of subscriptions) {
    const subscription = new ApiManagementSubscription(stack, `subscription-${name}`, {
      ...common,
      subscriptionId: name,
      displayName: name,
      productId: products.get(product)!.id,
      state: 'active',
      allowTracing: false,
    });
    if (name !== 'functions') continue;
    new KeyVaultSecret(stack, 'functions-key', {
      name: names.secrets.functionsKey,
      keyVaultId: ids.vault,
      contentType: 'API Management subscription key of the functions',
      // Write-only: this copy of the key is in no state. `penstock keys rotate` writes later ones.
      valueWo: subscription.primaryKey,
      valueWoVersion: 1,
    });
  }
}
