import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider/index.js';
import { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import { AzurermBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { Environment } from './config.ts';
import { idsOf, type Ids } from './ids.ts';
import { groupNames, namesOf, type Names, type StackName } from './naming.ts';

/** A stack of Penstock: its own state, the azurerm provider, and the names and ids that all stacks share. */
export abstract class PenstockStack extends TerraformStack {
  readonly environment: Environment;
  readonly names: Names;
  readonly ids: Ids;

  constructor(scope: Construct, name: StackName, environment: Environment) {
    super(scope, name);
    this.environment = environment;
    this.names = namesOf(environment);
    this.ids = idsOf(environment);
    const { group, account, container } = this.names.state;
    // Entra alone: the account has no shared keys (`penstock bootstrap` makes it so).
    new AzurermBackend(this, {
      subscriptionId: environment.subscription,
      tenantId: environment.tenant,
      resourceGroupName: group,
      storageAccountName: account,
      containerName: container,
      key: `${name}.tfstate`,
      useAzureadAuth: true,
    });
    new AzurermProvider(this, 'azurerm', {
      subscriptionId: environment.subscription,
      tenantId: environment.tenant,
      storageUseAzuread: true,
      // `penstock bootstrap` registers what is needed; some of it is in none of azurerm's sets.
      resourceProviderRegistrations: 'none',
      features: [
        {
          // Azure puts rules and an action group of its own beside Application Insights, and leaves them there.
          resourceGroup: [{ preventDeletionIfContainsResources: name !== 'platform' }],
          // Purge protection forbids purging; a vault of the same name is recovered when the environment comes back.
          keyVault: [{ purgeSoftDeleteOnDestroy: false, recoverSoftDeletedKeyVaults: true }],
          apiManagement: [{ purgeSoftDeleteOnDestroy: true, recoverSoftDeleted: true }],
          // Containers and queues are made by the management plane, so the deployer needs no way to the data.
          storage: [{ dataPlaneAvailable: false }],
        },
      ],
    });
    // Write-only arguments need it.
    this.addOverride('terraform.required_version', '>= 1.11');
  }

  /** The resource group of this stack's own resources. */
  protected group(): ResourceGroup {
    const stack = groupNames.find((name) => name === this.node.id);
    if (stack === undefined) throw new TypeError(`${this.node.id} has no resource group`);
    const { region } = this.environment;
    return new ResourceGroup(this, 'group', { name: this.names.groups[stack], location: region });
  }
}
