import type { Answer, Call, NoAnswer } from './call.ts';
import { callsToCover } from './coverage.ts';
import { mapInParallel } from './parallel.ts';
import type { Parts } from './parts.ts';
import { refusal, type ProbeTarget } from './probe.ts';
import type { WarmCalls } from './results.ts';
import { retry } from './retry.ts';
import { startSpan } from './trace.ts';

/** A service that has just been promoted may need some seconds before it answers. */
const patience = { attempts: 4, pause: 1_000, longestPause: 10_000 };
/** Calls at once: several at a time take several connections, which a balancer spreads over the replicas. */
const width = 4;

/**
 * Sends the body of every probe so often that each of `replicas` gets it, as far as chance allows, and the gateway's cache holds
 * the answer. Every call takes a connection of its own: a balancer of connections sends all calls of one to the same replica.
 *
 * @throws Error that names the probe whose body was not answered with success
 */
export async function warmCalls(
  probes: readonly ProbeTarget[],
  replicas: number,
  parts: Pick<Parts, 'sendFresh' | 'clock'>,
  options: { readonly traceparent?: string | undefined; readonly signal: AbortSignal },
): Promise<WarmCalls[]> {
  const done: WarmCalls[] = [];
  for (const probe of probes) done.push(await warmProbe(probe, replicas, parts, options));
  return done;
}

async function warmProbe(
  probe: ProbeTarget,
  replicas: number,
  { sendFresh, clock }: Pick<Parts, 'sendFresh' | 'clock'>,
  { traceparent, signal }: { readonly traceparent?: string | undefined; readonly signal: AbortSignal },
): Promise<WarmCalls> {
  const send = async (call: Call): Promise<Answer> => {
    const answer = await retry(
      () => sendFresh(call, startSpan(traceparent), signal),
      {
        ...patience,
        signal,
        again: (result) => isWorthAnotherTry(result) && { after: 'status' in result ? result.retryAfter : 0 },
      },
      clock,
    );
    signal.throwIfAborted();
    if ('reason' in answer) throw new Error(`the body of probe ${probe.name}: ${answer.reason}`);
    if (answer.status < 200 || answer.status > 299) {
      throw new Error(`the body of probe ${probe.name}: ${refusal(answer)}`);
    }
    return answer;
  };

  // The first fills the gateway's cache, the second tells whether there is one: then the others must get past it.
  const first = await send(probe.call);
  const second = await send(probe.call);
  const others = await mapInParallel(range(2, callsToCover(replicas)), width, (index) =>
    send(second.isCached ? apart(probe.call, index) : probe.call),
  );
  const answers = [first, second, ...others];
  const latencies = answers.map(({ latency }) => latency).sort((a, b) => a - b);
  return {
    probe: probe.name,
    sent: answers.length,
    first: rounded(first.latency),
    median: rounded(latencies[latencies.length >> 1] ?? first.latency),
    others: answers.filter(({ release }) => release !== undefined && release !== probe.release).length,
  };
}

/** The same JSON in other bytes: a cache of equal bodies does not know it, and R reads it as before. */
function apart(call: Call, index: number): Call {
  if (call.body === undefined || !/\bjson\b/.test(call.body.contentType)) return call;
  return { ...call, body: { ...call.body, bytes: Buffer.concat([call.body.bytes, Buffer.alloc(index, ' ')]) } };
}

/** Whole numbers, both ends included; none when there are none between. */
function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

function rounded(latency: number): number {
  return Math.round(latency * 10) / 10;
}

function isWorthAnotherTry(answer: Answer | NoAnswer): boolean {
  return 'reason' in answer || answer.status === 429 || answer.status >= 500;
}
