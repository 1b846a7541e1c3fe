import { wrongAnswer } from '../service/compare.ts';
import type { Milliseconds } from '../service/units.ts';
import type { Answer, Call, NoAnswer, Send } from './call.ts';
import type { Clock } from './clock.ts';
import { retry } from './retry.ts';
import { startSpan, traceOf } from './trace.ts';

/** A probe with its files read: what to send, what to expect. */
export interface ProbeTarget {
  readonly name: string;
  readonly call: Call;
  /** The expected answer; absent: any answer with a 2xx status passes. */
  readonly expected: string | undefined;
  readonly tolerance: number;
  readonly maxLatency: Milliseconds | undefined;
}

/** What one probe found. */
export interface ProbeResult {
  readonly probe: string;
  readonly at: string;
  readonly ok: boolean;
  /** Why it failed. */
  readonly reason?: string;
  readonly status?: number;
  readonly latency: Milliseconds;
  /** How often it was sent. */
  readonly attempts: number;
  /** The release that answered, where the answer says so. */
  readonly answeredBy?: string;
  readonly trace: string;
}

export interface ProbeParts {
  readonly send: Send;
  readonly clock: Clock;
}

/** A failure is tried again once before it counts. */
const attempts = 2;
const pause: Milliseconds = 500;
const longestPause: Milliseconds = 5_000;

/** Sends a probe through the gateway and judges the answer: status, values, latency. */
export async function runProbe(
  target: ProbeTarget,
  { send, clock }: ProbeParts,
  parent?: string,
): Promise<ProbeResult> {
  const at = clock.now().toISOString();
  const trace = startSpan(parent);
  const last = await retry(
    async (attempt) => {
      const answer = await send(target.call, attempt === 1 ? trace : startSpan(trace));
      return { answer, attempt, reason: failureOf(answer, target) };
    },
    {
      attempts,
      pause,
      longestPause,
      again: ({ answer, reason }) => reason !== undefined && { after: 'status' in answer ? answer.retryAfter : 0 },
    },
    clock,
  );
  return {
    probe: target.name,
    at,
    ok: last.reason === undefined,
    ...(last.reason !== undefined && { reason: last.reason }),
    ...('status' in last.answer && { status: last.answer.status }),
    latency: Math.round(last.answer.latency * 10) / 10,
    attempts: last.attempt,
    ...('status' in last.answer && last.answer.release !== undefined && { answeredBy: last.answer.release }),
    trace: traceOf(trace),
  };
}

function failureOf(answer: Answer | NoAnswer, { expected, tolerance, maxLatency }: ProbeTarget): string | undefined {
  if ('reason' in answer) return answer.reason;
  if (answer.status < 200 || answer.status > 299) return refusal(answer);
  const wrong = expected === undefined ? undefined : wrongAnswer(answer.text, expected, tolerance);
  if (wrong !== undefined) return `wrong answer: ${wrong}`;
  if (maxLatency !== undefined && answer.latency > maxLatency) {
    return `took ${Math.round(answer.latency)} ms, at most ${maxLatency} ms allowed`;
  }
  return undefined;
}

/** A status that is no success, with the start of what was said. */
export function refusal({ status, text }: Answer): string {
  const said = text.replace(/\s+/g, ' ').trim();
  const excerpt = said.length > 200 ? `${said.slice(0, 199)}…` : said;
  return excerpt ? `answered ${status}: ${excerpt}` : `answered ${status}`;
}
