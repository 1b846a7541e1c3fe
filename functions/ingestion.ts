import type { AxiosInstance } from 'axios';
import type { TokenCredential } from '@azure/identity';
import type { Milliseconds } from '../service/units.ts';
import { reasonOf } from './call.ts';
import type { Clock } from './clock.ts';
import type { Envelope } from './envelopes.ts';
import { retry } from './retry.ts';

/** Hands telemetry over. @throws Error that says why it was not taken */
export type Ingest = (envelopes: readonly Envelope[], signal?: AbortSignal) => Promise<void>;

export interface IngestionOptions {
  readonly http: AxiosInstance;
  /** Of the connection string: `https://westeurope-1.in.applicationinsights.azure.com`. */
  readonly endpoint: string;
  /** Absent where a resource takes items by their instrumentation key alone. */
  readonly credential?: TokenCredential | undefined;
  readonly clock: Clock;
}

/** The audience of Application Insights, for every cloud region; both slashes belong there. */
const scope = 'https://monitor.azure.com//.default';
const deadline: Milliseconds = 10_000;
const policy = { attempts: 3, pause: 500, longestPause: 5_000 };
/** https://learn.microsoft.com/azure/azure-monitor/app/telemetry-channels: what may succeed later. */
const passing = new Set([206, 408, 429, 439, 500, 502, 503, 504]);

interface Rejected {
  readonly index: number;
  readonly statusCode: number;
  readonly message: string;
}

interface Outcome {
  readonly reason: string | undefined;
  /** What to send again; none when nothing would help. */
  readonly left: readonly Envelope[];
}

/** Posts items to an ingestion endpoint; those that it could not take now are sent again, twice at most. */
export function createIngestion({ http, endpoint, credential, clock }: IngestionOptions): Ingest {
  const post = async (envelopes: readonly Envelope[], signal: AbortSignal | undefined): Promise<Outcome> => {
    const late = AbortSignal.timeout(deadline);
    try {
      const token = await credential?.getToken(scope, { abortSignal: late });
      const response = await http.post<{ errors?: readonly Rejected[] }>(`${endpoint}/v2.1/track`, envelopes, {
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token.token}` }) },
        signal: signal === undefined ? late : AbortSignal.any([late, signal]),
        validateStatus: () => true,
        maxRedirects: 2,
      });
      const { status, data } = response;
      if (status === 200) return { reason: undefined, left: [] };
      const rejected = status === 206 ? (data.errors ?? []) : [];
      const first = rejected[0];
      const reason = first === undefined ? `answered ${status}` : `${first.statusCode}: ${first.message}`;
      const later = rejected.filter(({ statusCode }) => passing.has(statusCode));
      const again = status === 206 ? later.flatMap(({ index }) => envelopes[index] ?? []) : envelopes;
      return { reason, left: passing.has(status) ? again : [] };
    } catch (error) {
      return {
        reason: late.aborted ? `no answer within ${deadline / 1000} s` : reasonOf(error as Error),
        left: envelopes,
      };
    }
  };
  return async (envelopes, signal) => {
    let left = envelopes;
    let refused: string | undefined;
    const last = await retry(
      async () => {
        const outcome = await post(left, signal);
        // What was refused for good stays refused, however the rest fares.
        if (outcome.left.length < left.length) refused ??= outcome.reason;
        left = outcome.left;
        return outcome;
      },
      { ...policy, signal, again: (outcome) => outcome.left.length > 0 },
      clock,
    );
    const reason = last.reason ?? refused;
    if (reason !== undefined) throw new Error(reason);
  };
}
