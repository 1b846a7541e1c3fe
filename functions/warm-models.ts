import { readChannel } from '../releases/channel.ts';
import { sizeOf } from '../releases/manifest.ts';
import { verify } from '../releases/verify.ts';
import type { Milliseconds } from '../service/units.ts';
import { awaitReplicas, stuckSentence } from './fleet.ts';
import { withLease } from './lease.ts';
import { mapInParallel } from './parallel.ts';
import type { Log, Parts } from './parts.ts';
import type { WarmUp } from './results.ts';
import { warmCalls } from './warm-calls.ts';

export interface WarmUpOptions {
  /** All of the settings' when absent. */
  readonly channels?: readonly string[];
  /** Of the invocation: the calls belong to its trace. */
  readonly traceparent?: string | undefined;
  /**
   * How long to wait while another instance warms the same channel up; 0, the default: not at all, that channel is left to it.
   * A promotion waits: what the other instance has read may be older.
   */
  readonly patience?: Milliseconds;
}

/** The whole run, whatever happens: below `functionTimeout` in host.json, so that there is time to say what happened. */
const runDeadline: Milliseconds = 9 * 60_000;
/** For replicas to pull, load and prove a release. */
const swapPatience: Milliseconds = 4 * 60_000;
/** Channels at once: each has calls and downloads of its own. */
const width = 2;

/**
 * Warms channels up: streams every blob of the promoted release and compares it with its SHA-256, waits until every replica
 * serves the release, then sends the bodies of the release's probes through the gateway until every replica has had one. It
 * may run twice; two at once take turns, by a lease for each channel.
 *
 * @returns what was done for each channel; nothing for one that another instance is warming up
 * @throws Error that names every channel that failed, and why, once the outcomes are kept
 */
export async function warmModels(parts: Parts, log: Log, options: WarmUpOptions = {}): Promise<WarmUp[]> {
  const { channels = parts.settings.channels, traceparent, patience = 0 } = options;
  const signal = AbortSignal.any([parts.stopping, AbortSignal.timeout(runDeadline)]);
  const done = await mapInParallel(channels, width, async (channel) => {
    const warmed = await warmUpAlone(channel, parts, { traceparent, patience, signal });
    if (warmed === 'taken') log.info(`${channel}: another instance is warming it up`);
    return warmed;
  });
  const warmUps = done.filter((warmed) => warmed !== 'taken');
  const failures = warmUps.filter(({ ok }) => !ok).map((warmed) => `${named(warmed)}: ${warmed.reason ?? ''}`);
  for (const warmed of warmUps.filter(({ ok }) => ok)) log.info(`${named(warmed)}: ${summary(warmed)}`);
  for (const failure of failures) log.warn(failure);
  const [kept] = await Promise.allSettled([
    parts.results.keepWarmUps(warmUps),
    parts.telemetry.warmed(warmUps, traceparent, log),
  ]);
  if (kept.status === 'rejected') failures.push(`the outcome was not kept: ${(kept.reason as Error).message}`);
  if (failures.length > 0) throw new Error(failures.join('; '));
  return warmUps;
}

interface Turn {
  readonly traceparent: string | undefined;
  readonly patience: Milliseconds;
  readonly signal: AbortSignal;
}

async function warmUpAlone(channel: string, parts: Parts, turn: Turn): Promise<WarmUp | 'taken'> {
  const { clock, results } = parts;
  const at = clock.now().toISOString();
  try {
    return await withLease(
      results.container,
      `warm-ups/leases/${channel}`,
      { clock, patience: turn.patience, signal: turn.signal },
      (signal) => warmUp(channel, parts, { ...turn, signal }),
    );
  } catch (error) {
    // The lease could not be asked for.
    return { channel, at, ok: false, reason: whyOf(error, turn.signal), files: 0, bytes: 0, calls: [], duration: 0 };
  }
}

async function warmUp(channel: string, parts: Parts, { traceparent, signal }: Turn): Promise<WarmUp> {
  const { clock } = parts;
  const warmed: Progress = {
    channel,
    at: clock.now().toISOString(),
    ok: false,
    files: 0,
    bytes: 0,
    calls: [],
    duration: 0,
  };
  const start = clock.elapsed();
  try {
    // What is promoted meanwhile is warmed as well: whoever promoted it may wait for us.
    while (!(await warmPromoted(warmed, parts, { traceparent, signal })));
    const stuck = warmed.fleet && stuckSentence(warmed.fleet);
    if (stuck !== undefined) throw new Error(stuck);
    warmed.ok = true;
  } catch (error) {
    warmed.reason = whyOf(error, signal);
  }
  warmed.duration = Math.round(clock.elapsed() - start);
  return warmed;
}

type Progress = { -readonly [key in keyof WarmUp]: WarmUp[key] };

/** Warms up what the channel points to. Returns whether it still points there at the end. */
async function warmPromoted(
  warmed: Progress,
  parts: Parts,
  { traceparent, signal }: Omit<Turn, 'patience'>,
): Promise<boolean> {
  const { store, probesOf } = parts;
  const { channel } = warmed;
  const reading = await readChannel(store, channel, { signal });
  const { service, release } = reading.channel;
  const isStillWanted = async () => {
    const now = await readChannel(store, channel, { etag: reading.etag, signal });
    return now === 'unchanged' || now.channel.release === release;
  };
  Object.assign(warmed, { service, release });
  const manifest = await verify(store, release, { signal });
  Object.assign(warmed, { files: manifest.files.length, bytes: sizeOf(manifest) });
  const question = { service, channel, release, patience: swapPatience, signal, isStillWanted };
  const fleet = await awaitReplicas(parts, question);
  if (fleet === 'replaced') return false;
  warmed.fleet = fleet;
  const { probes } = await probesOf(release);
  // Those that serve it are warmed, whatever became of the others.
  warmed.calls = await warmCalls(probes, fleet.serving.length, parts, { traceparent, signal });
  return isStillWanted();
}

/** An abort says little by itself: what stopped us says more. */
function whyOf(error: unknown, signal: AbortSignal): string {
  if (!signal.aborted) return (error as Error).message;
  const { name, message } = signal.reason as Error;
  return name === 'TimeoutError' ? `not warm after ${runDeadline / 60_000} minutes` : message;
}

function named({ channel, release }: WarmUp): string {
  return release === undefined ? channel : `${channel} (${release})`;
}

function summary({ files, bytes, fleet, calls, duration }: WarmUp): string {
  const sent = calls.reduce((total, call) => total + call.sent, 0);
  const replicas = fleet?.serving.length ?? 0;
  return `${files} files, ${bytes} bytes verified, ${replicas} replicas, ${sent} calls, ${duration} ms`;
}
