import { request } from 'undici';
import type { Clock, Milliseconds } from '../clock.ts';
import { internalFault } from '../execution/fault.ts';

/** The identity that authentication-managed-identity uses, as the configuration describes it. */
export interface IdentityConfig {
  /** Tokens by resource, as they are. */
  readonly tokens: ReadonlyMap<string, string>;
  /** Where other resources' tokens come from, by App Service's protocol. */
  readonly endpoint?: string;
  /** The secret that the endpoint asks for. */
  readonly header?: string;
}

/** A token is fetched again so long before it expires. */
const margin: Milliseconds = 60_000;

const plain = (resource: string) => resource.replace(/\/$/, '');

/**
 * Hands out the gateway's tokens, each fetched when first needed and kept until it expires:
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export class Identity {
  readonly #config: IdentityConfig;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Promise<{ token: string; until: Milliseconds }>>();

  constructor(config: IdentityConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** @throws Fault 500 when there is none */
  async token(resource: string, clientId: string | undefined): Promise<string> {
    const fixed = this.#config.tokens.get(plain(resource));
    if (fixed !== undefined) return fixed;
    const key = `${clientId ?? ''} ${resource}`;
    const kept = await this.#kept.get(key);
    if (kept && kept.until - margin > this.#clock.now()) return kept.token;
    const fetched = this.#fetch(resource, clientId);
    this.#kept.set(key, fetched);
    fetched.catch(() => this.#kept.delete(key));
    return (await fetched).token;
  }

  async #fetch(resource: string, clientId: string | undefined): Promise<{ token: string; until: Milliseconds }> {
    const { endpoint, header } = this.#config;
    const fail = (why: string) => internalFault('ManagedIdentityTokenFailure', `No token for ${resource}: ${why}`);
    if (endpoint === undefined) throw fail('managedIdentity.tokens has none, and there is no managedIdentity.endpoint');
    const url = new URL(endpoint);
    url.searchParams.set('resource', resource);
    url.searchParams.set('api-version', '2019-08-01');
    if (clientId !== undefined) url.searchParams.set('client_id', clientId);
    let status: number;
    let answer: unknown;
    try {
      const headers = header === undefined ? {} : { 'X-IDENTITY-HEADER': header };
      const { statusCode, body } = await request(url, { headers, headersTimeout: 10_000, bodyTimeout: 10_000 });
      status = statusCode;
      const text = await body.text();
      answer = status === 200 ? JSON.parse(text) : undefined;
    } catch (error) {
      throw fail((error as Error).message);
    }
    const { access_token: token, expires_on: expires } = (answer ?? {}) as Record<string, unknown>;
    if (typeof token !== 'string') throw fail(`${endpoint} answers ${status}`);
    return { token, until: Number(expires ?? 0) * 1000 };
  }
}

/** Resources are compared without a slash at the end: both forms are in use. */
export function fixedTokens(tokens: Iterable<readonly [resource: string, token: string]>): Map<string, string> {
  return new Map([...tokens].map(([resource, token]) => [plain(resource), token]));
}
