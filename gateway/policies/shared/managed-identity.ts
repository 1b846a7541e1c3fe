import type { Exchange } from '../../execution/exchange.ts';
import { Fault } from '../../execution/fault.ts';
import type { Headers } from '../../headers.ts';
import type { PolicyReader } from '../../compile/reader.ts';

/** Gets the gateway's token for a resource and puts it into the Authorization header, or into a variable. */
export function identityToken(element: PolicyReader): (exchange: Exchange, headers: Headers) => Promise<void> {
  const resource = element.text('resource');
  const clientId = element.literal('client-id', element.optionalText('client-id'));
  const variable = element.literal('output-token-variable-name', element.optionalText('output-token-variable-name'));
  const ignoreError = element.literal('ignore-error', element.flag('ignore-error', false));
  if (!element.build.hasIdentity)
    element.refuse(`${element.name}: the gateway has no identity: its YAML file needs managedIdentity`);

  return async (exchange, headers) => {
    try {
      const token = await exchange.runtime.identity.token(resource.get(exchange), clientId);
      if (variable) exchange.Variables.set(variable, token);
      else headers.set('Authorization', `Bearer ${token}`);
    } catch (error) {
      if (!ignoreError || !(error instanceof Fault)) throw error;
    }
  };
}
