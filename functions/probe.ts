import { wrongAnswer } from '../service/compare.ts';
import type { Milliseconds } from '../service/units.ts';
import type { Answer, Call, NoAnswer, Send } from './call.ts';
import type { Clock } from './clock.ts';
import { retry } from './retry.ts';
import { spanOf, startSpan, traceOf } from './trace.ts';

/** A probe with its files read: what to send, what to expect. */
export interface ProbeTarget {
  readonly name: string;
  /** The release that says so; absent when a directory does that is none. */
  readonly release?: string;
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
  /** How often it was sent until it passed or failed. */
  readonly attempts: number;
  /** The release that answered, where the answer says so: the one that its values were compared with. */
  readonly answeredBy?: string;
  /** Values were not compared: the release that answered has no such probe. */
  readonly isUnjudged?: boolean;
  readonly trace: string;
  readonly span: string;
}

export interface ProbeParts {
  readonly send: Send;
  readonly clock: Clock;
  /** A release's probe of the same name; undefined when it has none. Rejects when the release can't be read. */
  readonly probeOf: (release: string, name: string) => Promise<ProbeTarget | undefined>;
  readonly signal?: AbortSignal | undefined;
}

interface Verdict {
  readonly reason: string | undefined;
  readonly isUnjudged?: boolean;
}

interface Attempt extends Verdict {
  readonly answer: Answer | NoAnswer;
  readonly attempt: number;
  readonly span: string;
}

/** A failure is tried again once before it counts. */
const attempts = 2;
const pause: Milliseconds = 500;
const longestPause: Milliseconds = 5_000;
/** How often a probe may go out anew because another release answered than the one that it was written for. */
const otherwise = 3;

/**
 * Sends a probe through the gateway and judges the answer: status, values, latency. Values are those of the release that
 * answered (`x-penstock-release`): during a swap, or beside a canary, that may be another than the promoted one.
 */
export async function runProbe(target: ProbeTarget, parts: ProbeParts, parent?: string): Promise<ProbeResult> {
  const { clock, signal } = parts;
  const at = clock.now().toISOString();
  const first = startSpan(parent);
  const last = await retry(
    (attempt) => attemptProbe(target, parts, attempt, attempt === 1 ? first : startSpan(first)),
    {
      attempts,
      pause,
      longestPause,
      signal,
      again: ({ answer, reason }) => reason !== undefined && { after: 'status' in answer ? answer.retryAfter : 0 },
    },
    clock,
  );
  const { answer, attempt, reason, isUnjudged, span } = last;
  return {
    probe: target.name,
    at,
    ok: reason === undefined,
    ...(reason !== undefined && { reason }),
    ...('status' in answer && { status: answer.status }),
    latency: Math.round(answer.latency * 10) / 10,
    attempts: attempt,
    ...('status' in answer && answer.release !== undefined && { answeredBy: answer.release }),
    ...(isUnjudged === true && { isUnjudged }),
    trace: traceOf(first),
    span: spanOf(span) ?? '',
  };
}

/** Sends the probe, and again as another release has it when that one answers and asks for something else. */
async function attemptProbe(target: ProbeTarget, parts: ProbeParts, attempt: number, span: string): Promise<Attempt> {
  let asked = target;
  for (let sent = 1; ; sent += 1) {
    const own = sent === 1 ? span : startSpan(span);
    const answer = await parts.send(asked.call, own, parts.signal);
    const answered = 'status' in answer ? answer.release : undefined;
    if (answered === undefined || answered === asked.release) {
      return { answer, attempt, span: own, reason: failureOf(answer, asked) };
    }
    let counterpart: ProbeTarget | undefined;
    try {
      counterpart = await parts.probeOf(answered, target.name);
    } catch (error) {
      const reason = `answered by ${answered}, whose probes can't be read: ${(error as Error).message}`;
      return { answer, attempt, span: own, reason };
    }
    if (counterpart !== undefined && isSameCall(counterpart.call, asked.call)) {
      return { answer, attempt, span: own, reason: failureOf(answer, counterpart) };
    }
    if (counterpart === undefined || sent > otherwise) {
      const unjudged = { ...asked, expected: undefined };
      return { answer, attempt, span: own, reason: failureOf(answer, unjudged), isUnjudged: true };
    }
    asked = counterpart;
  }
}

function isSameCall(one: Call, other: Call): boolean {
  const isSameBody =
    one.body === undefined || other.body === undefined
      ? one.body === other.body
      : one.body.contentType === other.body.contentType && one.body.bytes.equals(other.body.bytes);
  return one.method === other.method && one.path === other.path && isSameBody;
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
