import type { JWK } from 'jose';
import { request } from 'undici';
import type { Clock, Milliseconds } from '../clock.ts';
import { internalFault } from '../execution/fault.ts';

/** How long keys are good for, and how soon an unknown key may have them fetched again; as API Management does. */
const goodFor: Milliseconds = 3_600_000;
const fetchAgainAfter: Milliseconds = 300_000;

export interface Published {
  readonly issuer: string | undefined;
  readonly keys: readonly JWK[];
}

/** The keys that issuers publish through OpenID configurations, fetched when first needed and kept for an hour. */
export class KeySource {
  readonly #clock: Clock;
  readonly #fetched = new Map<string, { at: Milliseconds; published: Promise<Published> }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * What the configuration at `url` publishes; fetched anew when it lacks the key `kid` and some minutes have passed.
   * @throws Fault 500 when it can't be fetched
   */
  async get(url: string, kid: string | undefined): Promise<Published> {
    const age = this.#clock.now() - (this.#fetched.get(url)?.at ?? -Infinity);
    if (age >= goodFor) return this.#fetch(url);
    const known = await this.#fetched.get(url)!.published;
    const missing = kid !== undefined && !known.keys.some((key) => key.kid === kid);
    return missing && age >= fetchAgainAfter ? this.#fetch(url) : known;
  }

  #fetch(url: string): Promise<Published> {
    const published = fetchPublished(url);
    this.#fetched.set(url, { at: this.#clock.now(), published });
    published.catch(() => this.#fetched.delete(url));
    return published;
  }
}

async function fetchPublished(url: string): Promise<Published> {
  const { issuer, jwks_uri: jwks } = (await fetchJson(url)) as { issuer?: string; jwks_uri?: string };
  if (typeof jwks !== 'string') throw internalFault('JwtInvalid', `${url} names no jwks_uri.`);
  const { keys } = (await fetchJson(jwks)) as { keys?: JWK[] };
  return { issuer, keys: keys ?? [] };
}

async function fetchJson(url: string): Promise<unknown> {
  try {
    const { statusCode, body } = await request(url, { headersTimeout: 10_000, bodyTimeout: 10_000 });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`it answers ${statusCode}`);
    return JSON.parse(text);
  } catch (error) {
    throw internalFault('JwtInvalid', `${url} can't be read: ${(error as Error).message}`);
  }
}
