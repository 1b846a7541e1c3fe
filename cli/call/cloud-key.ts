import type { Description } from '../../infra/describe.ts';
import { showKeys } from '../cloud/keys.ts';
import { signedIn } from '../cloud/sign-in.ts';

/** The primary key of a subscription of an environment in the cloud. @throws UserError when who is signed in may not see it */
export async function cloudKey(environment: Description, subscription: string): Promise<string> {
  return (await showKeys(signedIn(environment.tenant), environment, subscription)).primary;
}
