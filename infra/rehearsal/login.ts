import type { Answer } from './provider.ts';
import { pretended } from './identifiers.ts';

/** Entra ID's token endpoint and ARM's description of the cloud, for azurerm; undefined for other requests. */
export function login(path: string, host: string, body: unknown): Answer | undefined {
  if (path === '/metadata/endpoints') return { status: 200, body: cloud(host) };
  if (!/\/oauth2\/(v2\.0\/)?token$/.test(path)) return undefined;
  const form = new URLSearchParams(typeof body === 'string' ? body : '');
  const token = unsigned(form.get('scope') ?? form.get('resource') ?? '');
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in: 86_400, ext_expires_in: 86_400, access_token: token },
  };
}

/** A token of the right form; nobody here checks a signature. */
function unsigned(audience: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: audience,
    iss: `https://sts.windows.net/${pretended.tenant}/`,
    iat: now,
    nbf: now,
    exp: now + 86_400,
    appid: pretended.client,
    oid: pretended.object,
    tid: pretended.tenant,
    sub: pretended.object,
  };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2ln`;
}

function cloud(host: string) {
  const manager = `https://${host}`;
  return {
    name: 'AzureCloud',
    portal: 'https://portal.azure.com',
    resourceManager: manager,
    graph: 'https://graph.windows.net/',
    graphAudience: 'https://graph.windows.net/',
    microsoftGraphResourceId: 'https://graph.microsoft.com/',
    authentication: {
      loginEndpoint: host.startsWith('localhost') ? manager : 'https://login.microsoftonline.com/',
      audiences: ['https://management.core.windows.net/', 'https://management.azure.com/'],
      tenant: 'common',
      identityProvider: 'AAD',
    },
    suffixes: {
      storage: 'core.windows.net',
      keyVaultDns: 'vault.azure.net',
      acrLoginServer: 'azurecr.io',
      mhsmDns: 'managedhsm.azure.net',
      sqlServerHostname: 'database.windows.net',
      azureDataLakeStoreFileSystem: 'azuredatalakestore.net',
    },
    batch: 'https://batch.core.windows.net/',
  };
}
