import type { Clock, Milliseconds } from '../clock.ts';
import { Body } from './body.ts';
import { Response } from './messages.ts';
import { ValueCache } from './value-cache.ts';

interface Kept {
  readonly response: Response;
  readonly until: Milliseconds;
}

/** What cache-lookup has found out about a call, for cache-store. */
export interface Caching {
  readonly key: string;
  /** What callers and whoever is between may do with the answer. */
  readonly downstream: 'none' | 'private' | 'public';
  readonly mustRevalidate: boolean;
}

/** The gateway's own cache of whole responses. */
export class ResponseCache {
  readonly #clock: Clock;
  readonly #values: ValueCache;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#values = new ValueCache(clock, 1000);
  }

  /** A response that is the caller's own to change. */
  get(caching: Caching): Response | undefined {
    const kept = this.#values.get(caching.key) as Kept | undefined;
    if (!kept) return undefined;
    const response = copy(kept.response);
    this.#allow(response, caching, kept.until);
    return response;
  }

  /** Keeps a response whose body is in memory. */
  set(caching: Caching, response: Response, duration: Milliseconds): void {
    const until = this.#clock.now() + duration;
    const kept: Kept = { response: copy(response), until };
    this.#values.set(caching.key, kept, duration);
    this.#allow(response, caching, until);
  }

  #allow({ Headers }: Response, { downstream, mustRevalidate }: Caching, until: Milliseconds): void {
    const seconds = Math.ceil((until - this.#clock.now()) / 1000);
    const allowed = [downstream, ...(mustRevalidate ? ['must-revalidate'] : []), `max-age=${seconds}`];
    Headers.set('Cache-Control', downstream === 'none' ? 'no-cache, no-store' : allowed.join(', '));
  }
}

function copy({ StatusCode, StatusReason, Headers, Body: body }: Response): Response {
  const headers = Headers.clone();
  return new Response(StatusCode, StatusReason, headers, body?.bytes ? Body.of(body.bytes, headers) : null);
}
