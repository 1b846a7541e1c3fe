import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenCredential } from '@azure/identity';
import { UserError } from '../../service/errors.ts';
import type { Engine } from './engine.ts';

/** Entra ID's name for Azure Container Registry; unlike Resource Manager's, a registry can't be told to refuse it. */
const scope = 'https://containerregistry.azure.net/.default';
/** The user name that stands for "the password is a token" (learn.microsoft.com, "ACR authentication options"). */
const tokenUser = '00000000-0000-0000-0000-000000000000';

/** Whether a registry is Azure's, where an identity gives the access. */
export function isAcr(registry: string): boolean {
  return /^[a-z0-9-]+\.azurecr\.(io|cn|us)$/.test(registry);
}

/**
 * Trades an Entra ID token for a registry's own refresh token, good for three hours (AAD token exchange,
 * github.com/Azure/acr/blob/main/docs/AAD-OAuth.md).
 *
 * @param origin where the registry answers
 * @throws UserError when nobody is signed in, or who is may not use the registry
 */
export async function acrToken(registry: string, credential: TokenCredential, origin: string): Promise<string> {
  const entra = await credential.getToken(scope).catch((error: Error) => {
    throw new UserError(`nobody is signed in to Azure for ${registry}; try az login\n${error.message}`);
  });
  const body = new URLSearchParams({
    grant_type: 'access_token',
    service: registry,
    access_token: entra?.token ?? '',
  });
  const answer = await fetch(`${origin}/oauth2/exchange`, { method: 'POST', body }).catch((error: Error) => {
    throw new UserError(`${registry} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}`);
  });
  if (!answer.ok) {
    throw new UserError(
      `${registry} answers ${answer.status} to this identity; the role AcrPush on the registry is expected`,
    );
  }
  const { refresh_token } = (await answer.json()) as { refresh_token: string };
  return refresh_token;
}

/**
 * Runs `push` with an engine that shows this token to the registry. The token lies in a file of ours while that runs, and
 * the user's own engine configuration is left alone.
 */
export async function withToken<T>(
  engine: Engine,
  registry: string,
  token: string,
  push: (engine: Engine) => Promise<T>,
): Promise<T> {
  // The configuration also says which engine is meant, and ours replaces it.
  const host =
    process.env['DOCKER_HOST'] ?? (await engine.ask('context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'));
  const directory = await mkdtemp(join(tmpdir(), 'penstock-docker-'));
  try {
    const auth = Buffer.from(`${tokenUser}:${token}`).toString('base64');
    const config = JSON.stringify({ auths: { [registry]: { auth } } });
    await writeFile(join(directory, 'config.json'), config, { mode: 0o600 });
    return await push(engine.with({ DOCKER_CONFIG: directory, DOCKER_HOST: host }));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
