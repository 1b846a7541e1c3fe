import type { Policy } from '../compile/policy.ts';
import { identityToken } from './shared/managed-identity.ts';

/** Lets the gateway show itself to the backend with a token of its own identity. */
export const authenticationManagedIdentity: Policy = {
  name: 'authentication-managed-identity',
  sections: ['inbound'],
  compile(element) {
    const authenticate = identityToken(element);
    return (exchange) => authenticate(exchange, exchange.request.Headers);
  },
};
