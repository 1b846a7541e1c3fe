import type { Policy } from '../compile/policy.ts';
import { Jwt } from '../expressions/runtime/jwt.ts';
import {
  checkAudience,
  checkIssuer,
  checkTimes,
  keyIdOf,
  TokenProblem,
  type VerificationKey,
  verifySignature,
} from '../tokens/verify.ts';
import { requiredClaims, textList, tokenReader, tokenRefusal } from './shared/token.ts';

/** Lets in only callers with a token of a Microsoft Entra tenant, for one of the applications named. */
export const validateAzureAdToken: Policy = {
  name: 'validate-azure-ad-token',
  sections: ['inbound'],
  compile(element) {
    const tenant = element.text('tenant-id');
    const read = tokenReader(element, 'Authorization');
    const refuse = tokenRefusal(element);
    const output = element.literal('output-token-variable-name', element.optionalText('output-token-variable-name'));
    const backends = textList(element, 'backend-application-ids', 'application-id');
    const clients = textList(element, 'client-application-ids', 'application-id');
    const audiences = textList(element, 'audiences', 'audience');
    const checkRequired = requiredClaims(element);
    const authority = element.build.settings.entraAuthority.replace(/\/$/, '');

    return async (exchange) => {
      const { clock, keySource } = exchange.runtime;
      try {
        const token = read(exchange);
        if (token === undefined) throw new TokenProblem('TokenNotPresent', 'JWT not present.');
        const tenantId = tenant.get(exchange);
        const { keys: jwks, issuer } = await keySource.get(
          `${authority}/${tenantId}/v2.0/.well-known/openid-configuration`,
          keyIdOf(token),
        );
        const keys = jwks.map((key): VerificationKey => ({ id: key.kid, key }));
        const claims = await verifySignature(token, keys, true);
        checkTimes(claims, clock.now(), 0, true);
        checkIssuer(claims, issuersOf(issuer ?? `${authority}/${tenantId}/v2.0`, tenantId));
        const ids = backends(exchange);
        checkAudience(claims, [...audiences(exchange), ...ids, ...ids.map((id) => `api://${id}`)]);
        const allowedClients = clients(exchange);
        const client = String(claims.azp ?? claims.appid);
        if (allowedClients.length > 0 && !allowedClients.includes(client))
          throw new TokenProblem(
            'TokenClaimValueNotAllowed',
            `Client application ${client} is not allowed. Access denied.`,
          );
        checkRequired(exchange, claims);
        if (output) exchange.Variables.set(output, Jwt.parse(token));
      } catch (error) {
        throw refuse(exchange, error);
      }
    };
  },
};

/**
 * Version 1 tokens name another issuer than version 2 tokens. All tenants share their keys, so the issuer alone tells
 * whose token it is: any tenant's is good only where the configuration itself says so (`common`).
 */
function issuersOf(second: string, tenantId: string): string[] {
  const tenant = /\{tenantid\}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/i.exec(second)?.[0] ?? tenantId;
  return [second, `https://sts.windows.net/${tenant}/`];
}
