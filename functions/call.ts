import type { AxiosInstance } from 'axios';
import type { Method } from '../service/definition.ts';
import type { Milliseconds } from '../service/units.ts';
import type { Clock } from './clock.ts';
import { traceState } from './trace.ts';

/** A request to one service's API. */
export interface Call {
  readonly service: string;
  readonly method: Method;
  /** Path and query inside the service, from its first slash. */
  readonly path: string;
  readonly body: Body | undefined;
}

export interface Body {
  readonly bytes: Buffer;
  readonly contentType: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The release that answered, as the scoring server says (`x-penstock-release`). */
  readonly release: string | undefined;
  /** Whether the gateway's cache answered (`x-penstock-cache: hit`): then no replica saw the call. */
  readonly isCached: boolean;
  /** The pause that the gateway asked for (Retry-After), 0 when it asked for none. */
  readonly retryAfter: Milliseconds;
  /** From sending the request to the last byte of the answer. */
  readonly latency: Milliseconds;
}

/** No answer: the gateway was not reached, or the deadline passed. */
export interface NoAnswer {
  readonly reason: string;
  readonly latency: Milliseconds;
}

/** Sends one call through the gateway, once. Never throws: the caller decides what a failure means. */
export type Send = (call: Call, traceparent: string, signal?: AbortSignal) => Promise<Answer | NoAnswer>;

export const keyHeader = 'Ocp-Apim-Subscription-Key';
const largestAnswer = 32 * 1024 * 1024;

export interface SenderOptions {
  readonly http: AxiosInstance;
  readonly gateway: string;
  /** The subscription key; none is sent when it is undefined. */
  readonly key: string | undefined;
  readonly clock: Clock;
  /** When a call is given up. */
  readonly deadline: Milliseconds;
}

export function createSender({ http, gateway, key, clock, deadline }: SenderOptions): Send {
  return async (call, traceparent, signal) => {
    const start = clock.elapsed();
    const late = AbortSignal.timeout(deadline);
    try {
      const response = await http.request<string>({
        method: call.method,
        url: `${gateway}/${call.service}${call.path}`,
        headers: {
          accept: 'application/json, */*;q=0.1',
          traceparent,
          tracestate: traceState,
          ...(key !== undefined && { [keyHeader]: key }),
          ...(call.body && { 'content-type': call.body.contentType }),
        },
        data: call.body?.bytes,
        signal: signal === undefined ? late : AbortSignal.any([late, signal]),
        responseType: 'text',
        transformResponse: (text: string) => text,
        validateStatus: () => true,
        maxRedirects: 0,
        maxContentLength: largestAnswer,
      });
      return {
        status: response.status,
        text: response.data,
        release: headerText(response.headers['x-penstock-release']),
        isCached: headerText(response.headers['x-penstock-cache'])?.toLowerCase() === 'hit',
        retryAfter: pauseIn(headerText(response.headers['retry-after']), clock.now()),
        latency: clock.elapsed() - start,
      };
    } catch (error) {
      const reason = late.aborted ? `no answer within ${deadline / 1000} s` : reasonOf(error as Error);
      return { reason, latency: clock.elapsed() - start };
    }
  };
}

/** What went wrong, in words. The error itself stays here: it holds the request, and with it the subscription key. */
export function reasonOf(error: Error & { code?: string; cause?: unknown }): string {
  const { message, code } = error;
  const text = message || (error.cause as Error | undefined)?.message || 'the call failed';
  return code === undefined || text.includes(code) ? text : `${text} (${code})`;
}

export function headerText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Retry-After holds seconds or a date (RFC 9110, 10.2.3). */
function pauseIn(value: string | undefined, now: Date): Milliseconds {
  if (value === undefined) return 0;
  const seconds = Number(value);
  const pause = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now.getTime();
  return Number.isFinite(pause) ? Math.max(0, pause) : 0;
}
