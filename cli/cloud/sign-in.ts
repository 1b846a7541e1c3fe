import { DefaultAzureCredential } from '@azure/identity';
import { UserError } from '../../service/errors.ts';
import { Azure } from './azure.ts';

/**
 * Azure as who is signed in: az login, a pipeline's federated identity, or a managed identity.
 * @throws UserError for a configuration that nobody has filled in
 */
export function signedIn(tenant: string): Azure {
  if (/^[0-]+$/.test(tenant)) throw new UserError('tenant is still zeros in config/; fill in your own');
  return new Azure({ credential: new DefaultAzureCredential({ tenantId: tenant }) });
}
