import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Bytes, Milliseconds } from '../service/units.ts';
import { headerText, keyHeader, reasonOf, type Answer, type Call, type NoAnswer } from './call.ts';
import type { Clock } from './clock.ts';

/** Announces a body of `size` bytes, and sends it only when nobody answers before. Never throws. */
export type OfferBody = (
  call: Call,
  size: Bytes,
  traceparent: string,
  signal?: AbortSignal,
) => Promise<Answer | NoAnswer>;

export interface OfferOptions {
  readonly gateway: string;
  readonly key: string;
  readonly clock: Clock;
  readonly deadline: Milliseconds;
  /** How long the gateway may look at the length alone before the body follows. */
  readonly before: Milliseconds;
}

const chunk = Buffer.alloc(64 * 1024, ' ');

/**
 * A gateway that refuses a body by its length does so before a byte of it has come: a check each minute then costs nothing,
 * however large the limit. One that waits for the body gets it, in chunks as it takes them.
 */
export function createOffer({ gateway, key, clock, deadline, before }: OfferOptions): OfferBody {
  return async (call, size, traceparent, signal) => {
    const start = clock.elapsed();
    const late = AbortSignal.timeout(deadline);
    const url = new URL(`${gateway}/${call.service}${call.path}`);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      method: call.method,
      agent: false,
      headers: {
        'content-length': size,
        'content-type': call.body?.contentType ?? 'application/json',
        [keyHeader]: key,
        traceparent,
      },
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    });
    try {
      const answered = once(request, 'response') as Promise<[IncomingMessage]>;
      request.flushHeaders();
      const settled = answered.then(
        () => true,
        () => true,
      );
      const early = await Promise.race([settled, clock.sleep(before).then(() => false)]);
      if (!early) void pour(request, size, settled);
      const [response] = await answered;
      return {
        status: response.statusCode ?? 0,
        text: await text(response),
        release: headerText(response.headers['x-penstock-release']),
        isCached: false,
        retryAfter: 0,
        latency: clock.elapsed() - start,
      };
    } catch (error) {
      const reason = late.aborted ? `no answer within ${deadline / 1000} s` : reasonOf(error as Error);
      return { reason, latency: clock.elapsed() - start };
    } finally {
      request.on('error', () => undefined).destroy();
    }
  };
}

/** Writes the body as fast as it is taken, until there is an answer. */
async function pour(request: ReturnType<typeof httpRequest>, size: Bytes, settled: Promise<boolean>): Promise<void> {
  let isOver = false;
  void settled.then(() => (isOver = true));
  for (let left = size; left > 0 && !isOver && !request.destroyed; left -= chunk.length) {
    if (!request.write(left < chunk.length ? chunk.subarray(0, left) : chunk)) {
      await Promise.race([settled, once(request, 'drain').catch(() => undefined)]);
    }
  }
  if (!isOver) request.end();
}
