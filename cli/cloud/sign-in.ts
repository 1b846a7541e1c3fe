import { DefaultAzureCredential } from '@azure/identity';
import { Azure } from './azure.ts';

/** Azure as who is signed in: az login, a pipeline's federated identity, or a managed identity. */
export function signedIn(tenant: string): Azure {
  return new Azure({ credential: new DefaultAzureCredential({ tenantId: tenant }) });
}
