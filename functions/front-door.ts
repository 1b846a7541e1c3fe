import type { Bytes, Milliseconds } from '../service/units.ts';
import type { Answer, Call, NoAnswer, Send } from './call.ts';
import type { Clock } from './clock.ts';
import type { OfferBody } from './oversized.ts';
import { refusal } from './probe.ts';
import { retry } from './retry.ts';
import { startSpan, traceOf } from './trace.ts';

/** A call that the gateway must refuse. */
export type DoorCheck = 'no-key' | 'wrong-key' | 'oversized-body';

/** What came of one. */
export interface DoorResult {
  readonly check: DoorCheck;
  readonly at: string;
  /** It was refused, as it should be. */
  readonly ok: boolean;
  /** It got through: the front door is open. Always with `ok: false`. */
  readonly open: boolean;
  /** Why it is not ok. */
  readonly reason?: string;
  readonly status?: number;
  readonly latency: Milliseconds;
  readonly trace: string;
}

export interface DoorParts {
  /** Sends without any key. */
  readonly sendWithoutKey: Send;
  /** Sends with a key that nobody was ever given. */
  readonly sendWithWrongKey: Send;
  readonly offerBody: OfferBody;
  readonly clock: Clock;
}

/** How the gateway says no. */
const refusals: Record<DoorCheck, readonly number[]> = {
  'no-key': [401, 403],
  'wrong-key': [401, 403],
  'oversized-body': [413],
};
const named: Record<DoorCheck, string> = {
  'no-key': 'without a key',
  'wrong-key': 'with a wrong key',
  'oversized-body': 'with an oversized body',
};
const attempts = 2;
const pause: Milliseconds = 500;
const longestPause: Milliseconds = 5_000;

/**
 * Knocks at the gateway without a key, with a wrong one, and with a body that is too large for the service. Each must be refused;
 * what gets through is an incident, and is not tried again. Anything else (no answer, an error) is tried again once, as probes are.
 *
 * @param call one of the service's own: it would succeed with a key
 * @param largestBody of the service; without one no body is too large
 */
export async function knock(
  call: Call,
  largestBody: Bytes | undefined,
  { sendWithoutKey, sendWithWrongKey, offerBody, clock }: DoorParts,
  parent?: string,
  signal?: AbortSignal,
): Promise<DoorResult[]> {
  const checks: [DoorCheck, (span: string) => Promise<Answer | NoAnswer>][] = [
    ['no-key', (span) => sendWithoutKey(call, span, signal)],
    ['wrong-key', (span) => sendWithWrongKey(call, span, signal)],
  ];
  if (largestBody !== undefined && call.body !== undefined) {
    checks.push(['oversized-body', (span) => offerBody(call, largestBody + 1, span, signal)]);
  }
  const results: DoorResult[] = [];
  for (const [check, send] of checks) results.push(await run(check, send, clock, parent, signal));
  return results;
}

async function run(
  check: DoorCheck,
  send: (span: string) => Promise<Answer | NoAnswer>,
  clock: Clock,
  parent: string | undefined,
  signal: AbortSignal | undefined,
): Promise<DoorResult> {
  const at = clock.now().toISOString();
  const { answer, span } = await retry(
    async () => {
      const span = startSpan(parent);
      return { answer: await send(span), span };
    },
    {
      attempts,
      pause,
      longestPause,
      signal,
      again: (result) => !isRefused(check, result.answer) && !isOpen(check, result.answer),
    },
    clock,
  );
  const ok = isRefused(check, answer);
  const open = !ok && isOpen(check, answer);
  return {
    check,
    at,
    ok,
    open,
    ...(!ok && { reason: reasonFor(check, answer, open) }),
    ...('status' in answer && { status: answer.status }),
    latency: Math.round(answer.latency * 10) / 10,
    trace: traceOf(span),
  };
}

/** By the gateway: an answer that names a release comes from behind it. */
function isRefused(check: DoorCheck, answer: Answer | NoAnswer): boolean {
  return 'status' in answer && answer.release === undefined && refusals[check].includes(answer.status);
}

/**
 * Success, or, where the key is what matters, any answer of the scoring server's: the call has passed the gateway. A body that
 * the scoring server alone refuses has passed it too, but done nothing.
 */
function isOpen(check: DoorCheck, answer: Answer | NoAnswer): boolean {
  if (!('status' in answer)) return false;
  const isFromBehind = check !== 'oversized-body' && answer.release !== undefined;
  return isFromBehind || (answer.status >= 200 && answer.status <= 299);
}

function reasonFor(check: DoorCheck, answer: Answer | NoAnswer, open: boolean): string {
  const what = named[check];
  if ('reason' in answer) return `a call ${what}: ${answer.reason}`;
  if (open) return `the front door is open: a call ${what} got through and was answered with ${answer.status}`;
  const who = answer.release === undefined ? '' : ' by the gateway';
  return `a call ${what} was not refused${who} with ${refusals[check].join(' or ')}: ${refusal(answer)}`;
}
