import type { TokenCredential } from '@azure/identity';
import { setTimeout as wait } from 'node:timers/promises';
import { request, type Dispatcher } from 'undici';
import { UserError } from '../../service/errors.ts';

const manager = 'https://management.azure.com';

export interface AzureOptions {
  readonly credential: TokenCredential;
  /** How requests leave the machine; undici's own way unless given. */
  readonly dispatcher?: Dispatcher;
  /** Waits between two looks, in milliseconds. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD';

/** Azure's REST APIs with an Entra token: the management plane, and data planes by their own host names. */
export class Azure {
  readonly #credential: TokenCredential;
  readonly #dispatcher: Dispatcher | undefined;
  readonly #pause: (milliseconds: number) => Promise<unknown>;

  constructor({ credential, dispatcher, pause = wait }: AzureOptions) {
    this.#credential = credential;
    this.#dispatcher = dispatcher;
    this.#pause = pause;
  }

  /**
   * A request to the management plane, until what it starts has been done.
   * @throws UserError with Azure's own message for an answer that is no success; a GET of nothing answers 404
   */
  async manage(method: Method, path: string, version: string, body?: object): Promise<Reply> {
    const url = `${manager}${path}${path.includes('?') ? '&' : '?'}api-version=${version}`;
    const reply = await this.send(method, url, body === undefined ? undefined : JSON.stringify(body));
    if (reply.status === 404 && method === 'GET') return reply;
    if (reply.status >= 400) throw refused(method, path, reply);
    const state = (reply.body['properties'] as { provisioningState?: string } | undefined)?.provisioningState;
    const pending = reply.status === 202 || /^(Accepted|Creating|Updating|Provisioning)$/.test(state ?? '');
    if (method !== 'PUT' || !pending) return reply;
    return this.until(`${path} to be ready`, async () => {
      const now = await this.manage('GET', path, version);
      const { provisioningState = 'Succeeded' } = (now.body['properties'] ?? {}) as { provisioningState?: string };
      if (/Failed|Canceled/.test(provisioningState)) throw new UserError(`${path}: ${provisioningState}`);
      return provisioningState === 'Succeeded' && now.status < 300 ? now : undefined;
    });
  }

  /** One request with a token for its host, whatever comes back. */
  async send(
    method: Method,
    url: string,
    body?: string | Buffer,
    { type = 'application/json', headers = {} }: { type?: string; headers?: Record<string, string> } = {},
  ): Promise<Reply & { readonly headers: Readonly<Record<string, string | string[] | undefined>> }> {
    const answer = await request(url, {
      method,
      headers: {
        authorization: `Bearer ${await this.token(scopeOf(url))}`,
        ...(body !== undefined && { 'content-type': type }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      ...(this.#dispatcher && { dispatcher: this.#dispatcher }),
    }).catch((error: Error) => {
      if (error instanceof UserError) throw error;
      throw new UserError(`${new URL(url).host} cannot be reached: ${error.message}`);
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: parsed(text), headers: answer.headers };
  }

  /** The caller's own object id in Entra ID, out of its token. */
  async whoAmI(): Promise<{ readonly id: string; readonly kind: 'User' | 'ServicePrincipal' }> {
    const [, claims = ''] = (await this.token(`${manager}/.default`)).split('.');
    const { oid, idtyp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { oid: string; idtyp?: string };
    return { id: oid, kind: idtyp === 'app' ? 'ServicePrincipal' : 'User' };
  }

  /**
   * Looks again and again, ten minutes at most, until there is an answer.
   * @param what for the message when it never comes
   */
  async until<T>(what: string, look: () => Promise<T | undefined>, tries = 120): Promise<T> {
    for (let left = tries; left > 0; left -= 1) {
      const found = await look();
      if (found !== undefined) return found;
      await this.#pause(5_000);
    }
    throw new UserError(`waited ten minutes for ${what}, in vain; the same command goes on from here`);
  }

  private async token(scope: string): Promise<string> {
    const token = await this.#credential.getToken(scope).catch((error: Error) => {
      // The first line says it; the others list every way that was tried.
      const [why = ''] = error.message.split('\n');
      throw new UserError(`no Azure identity is signed in (${why}); az login, or the variables of a pipeline`);
    });
    if (token === null) throw new UserError('no Azure identity is signed in; az login, or the variables of a pipeline');
    return token.token;
  }
}

function scopeOf(url: string): string {
  const { host } = new URL(url);
  if (host.endsWith('.vault.azure.net')) return 'https://vault.azure.net/.default';
  if (/\.(blob|queue)\.core\.windows\.net$/.test(host)) return 'https://storage.azure.com/.default';
  // The deployment endpoint of a function app takes the manager's tokens.
  return `${manager}/.default`;
}

export function refused(method: string, path: string, { status, body }: Reply): UserError {
  const { code = '', message = '' } = (body['error'] ?? {}) as { code?: string; message?: string };
  return new UserError(`Azure refused ${method} ${path}: ${status} ${code} ${message}`.trim());
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
