import type { Policy } from '../compile/policy.ts';

/** Lets the gateway show itself to the backend with a name and a password. */
export const authenticationBasic: Policy = {
  name: 'authentication-basic',
  sections: ['inbound'],
  compile(element) {
    const username = element.text('username');
    const password = element.text('password');
    return (exchange) => {
      const credentials = Buffer.from(`${username.get(exchange)}:${password.get(exchange)}`).toString('base64');
      exchange.request.Headers.set('Authorization', `Basic ${credentials}`);
    };
  },
};
