import type { ExecutionContext } from 'ava';
import { importPKCS8, SignJWT } from 'jose';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { run } from './process.ts';

const issuer = 'a registry of Azure';

/** The token endpoints of Azure Container Registry, for a registry of this machine that trusts what they sign. */
export interface TokenService {
  readonly origin: string;
  /** What the registry's configuration says under `auth`. */
  readonly auth: object;
  /** The forms that were sent to the exchange. */
  readonly exchanged: readonly URLSearchParams[];
}

/**
 * What ACR's `/oauth2/exchange` and `/oauth2/token` do (github.com/Azure/acr, AAD-OAuth.md), simulated: an Entra ID token is
 * traded for a refresh token, that for a token of one repository. The registry checks the last one's signature itself.
 */
export async function startTokenService(
  t: ExecutionContext,
  directory: string,
  { entraToken, service }: { readonly entraToken: string; readonly service: string },
): Promise<TokenService> {
  const [certificate, key] = [join(directory, 'tokens.pem'), join(directory, 'tokens.key')];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=tokens', '-keyout', key, '-out', certificate],
  ]);
  const x5c = [(await readFile(certificate, 'utf8')).replace(/-----.*-----|\n/g, '')];
  const signingKey = await importPKCS8(await readFile(key, 'utf8'), 'ES256');
  const exchanged: URLSearchParams[] = [];

  const answer = async (request: IncomingMessage): Promise<object | undefined> => {
    const url = new URL(request.url ?? '', 'http://localhost');
    if (url.pathname === '/oauth2/exchange') {
      const form = new URLSearchParams(await text(request));
      exchanged.push(form);
      return form.get('access_token') === entraToken ? { refresh_token: `refresh-${entraToken}` } : undefined;
    }
    const [user, password] = Buffer.from(request.headers.authorization?.slice('Basic '.length) ?? '', 'base64')
      .toString()
      .split(':');
    if (user !== '00000000-0000-0000-0000-000000000000' || password !== `refresh-${entraToken}`) return undefined;
    const access = url.searchParams.getAll('scope').map((scope) => {
      const [type, name, actions = ''] = scope.split(':');
      return { type, name, actions: actions.split(',') };
    });
    const jwt = new SignJWT({ access, jti: String(exchanged.length) })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', x5c })
      .setIssuer(issuer)
      .setSubject(user)
      .setAudience(service)
      .setIssuedAt()
      .setNotBefore('-1m')
      .setExpirationTime('5m');
    return { access_token: await jwt.sign(signingKey) };
  };
  const server = createServer((request, response) => {
    void answer(request).then((body) => {
      response.writeHead(body === undefined ? 401 : 200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body ?? { errors: [{ code: 'UNAUTHORIZED' }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const auth = { token: { realm: `${origin}/oauth2/token`, service, issuer, rootcertbundle: certificate } };
  return { origin, auth, exchanged };
}
