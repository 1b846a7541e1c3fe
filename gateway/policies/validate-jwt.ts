import type { Exchange } from '../execution/exchange.ts';
import type { Policy } from '../compile/policy.ts';
import type { PolicyReader } from '../compile/reader.ts';
import {
  checkAudience,
  checkIssuer,
  checkTimes,
  keyIdOf,
  TokenProblem,
  type VerificationKey,
  verifySignature,
} from '../tokens/verify.ts';
import { Jwt } from '../expressions/runtime/jwt.ts';
import { requiredClaims, textList, tokenReader, tokenRefusal } from './shared/token.ts';

/** Lets in only callers with a good token. */
export const validateJwt: Policy = {
  name: 'validate-jwt',
  sections: ['inbound'],
  compile(element) {
    element.inOrder(
      'openid-config',
      'issuer-signing-keys',
      'decryption-keys',
      'audiences',
      'issuers',
      'required-claims',
    );
    const read = tokenReader(element);
    const refuse = tokenRefusal(element);
    const requireExpiration = element.flag('require-expiration-time', true);
    const requireSigned = element.flag('require-signed-tokens', true);
    const skew = element.optionalInteger('clock-skew', { min: 0 });
    const output = element.literal('output-token-variable-name', element.optionalText('output-token-variable-name'));
    const configurations = element.children('openid-config').map((child) => child.text('url'));
    const fixedKeys = element.child('issuer-signing-keys')?.children('key').map(signingKey) ?? [];
    const audiences = textList(element, 'audiences', 'audience');
    const issuers = textList(element, 'issuers', 'issuer');
    const checkRequired = requiredClaims(element);
    if (configurations.length + fixedKeys.length === 0 && requireSigned.constant?.value !== false)
      element.refuse('validate-jwt: an openid-config or issuer-signing-keys is needed');

    return async (exchange) => {
      const { clock, keySource } = exchange.runtime;
      try {
        const token = read(exchange);
        if (token === undefined) throw new TokenProblem('TokenNotPresent', 'JWT not present.');
        const kid = keyIdOf(token);
        const published = await Promise.all(configurations.map((url) => keySource.get(url.get(exchange), kid)));
        const keys = [
          ...fixedKeys.map((key) => key(exchange)),
          ...published.flatMap(({ keys: jwks }) => jwks.map((key): VerificationKey => ({ id: key.kid, key }))),
        ];
        const claims = await verifySignature(token, keys, requireSigned.get(exchange));
        const seconds = skew?.get(exchange) ?? 0;
        checkTimes(claims, clock.now(), seconds * 1000, requireExpiration.get(exchange));
        checkAudience(claims, audiences(exchange));
        checkIssuer(claims, [...issuers(exchange), ...published.flatMap(({ issuer }) => issuer ?? [])]);
        checkRequired(exchange, claims);
        if (output) exchange.Variables.set(output, Jwt.parse(token));
      } catch (error) {
        throw refuse(exchange, error);
      }
    };
  },
};

/** A shared secret in base64, or the modulus and exponent of an RSA key. */
function signingKey(element: PolicyReader): (exchange: Exchange) => VerificationKey {
  const id = element.literal('id', element.optionalText('id'));
  const n = element.optionalText('n');
  const e = element.optionalText('e');
  if (n && e) {
    const url = (text: string) => Buffer.from(text, 'base64').toString('base64url');
    return (exchange) => ({ id, key: { kty: 'RSA', n: url(n.get(exchange)), e: url(e.get(exchange)) } });
  }
  const secret = element.content();
  if (secret.constant?.value === '') element.refuse('validate-jwt: the key is empty');
  return (exchange) => ({ id, key: new Uint8Array(Buffer.from(secret.get(exchange), 'base64')) });
}
