import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What hands out tokens to an app in App Service, as `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` name it. */
export interface IdentityEndpoint {
  /** The environment that leads to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The resources and client ids that were asked for. */
  readonly asked: readonly { readonly resource: string; readonly clientId: string | null }[];
  stop(): Promise<void>;
}

/** A token as Entra ID would issue it for this audience; Azurite checks all but the signature. */
export function tokenFor(audience: string): { token: string; expires: number } {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: audience, iss: 'https://sts.windows.net/00000000-0000-0000-0000-000000000000/' };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = part({ ...claims, iat: now, nbf: now - 60, exp: now + 3600, ver: '1.0', oid: 'x', sub: 'x' });
  return { token: `${part({ alg: 'none', typ: 'JWT' })}.${body}.x`, expires: now + 3600 };
}

/** Starts one on loopback. */
export async function startIdentity(): Promise<IdentityEndpoint> {
  const header = 'only-for-this-app';
  const asked: { resource: string; clientId: string | null }[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x');
    const resource = searchParams.get('resource') ?? '';
    if (request.headers['x-identity-header'] !== header) return response.writeHead(401).end();
    asked.push({ resource, clientId: searchParams.get('client_id') });
    const { token, expires } = tokenFor(resource);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: token, expires_on: String(expires), resource, token_type: 'Bearer' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    environment: {
      IDENTITY_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`,
      IDENTITY_HEADER: header,
    },
    asked,
    async stop() {
      server.close().closeAllConnections();
      await once(server, 'close');
    },
  };
}
