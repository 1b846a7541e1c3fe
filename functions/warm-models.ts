import { readChannel } from '../releases/channel.ts';
import { sizeOf } from '../releases/manifest.ts';
import { verify } from '../releases/verify.ts';
import type { Answer, NoAnswer } from './call.ts';
import type { Log, Parts } from './parts.ts';
import { refusal, type ProbeTarget } from './probe.ts';
import type { WarmUp } from './results.ts';
import { retry } from './retry.ts';
import { startSpan } from './trace.ts';

/** A service that has just been promoted may need some seconds before it answers. */
const patience = { attempts: 4, pause: 1_000, longestPause: 10_000 };

/**
 * Warms channels up: streams every blob of the promoted release and compares it with its SHA-256, then sends the bodies of the
 * release's probes through the gateway. It reads and calls only, so it may run twice, and two may run at once.
 *
 * @param channels all of the settings' when absent
 * @returns what was done for each channel
 * @throws Error that names every channel that failed, and why, once the outcomes are kept
 */
export async function warmModels(
  parts: Parts,
  log: Log,
  {
    channels = parts.settings.channels,
    traceparent,
  }: { channels?: readonly string[]; traceparent?: string | undefined } = {},
): Promise<WarmUp[]> {
  const warmUps: WarmUp[] = [];
  for (const channel of channels) warmUps.push(await warmUp(channel, parts, traceparent));
  const failures: string[] = [];
  for (const { channel, release, ok, reason, files, bytes, calls, duration } of warmUps) {
    const named = release === undefined ? channel : `${channel} (${release})`;
    if (ok) log.info(`${named}: ${files} files, ${bytes} bytes verified, ${calls.length} calls, ${duration} ms`);
    else failures.push(`${named}: ${reason ?? ''}`);
  }
  for (const failure of failures) log.warn(failure);
  await parts.results.keepWarmUps(warmUps);
  if (failures.length > 0) throw new Error(failures.join('; '));
  return warmUps;
}

async function warmUp(channel: string, parts: Parts, traceparent: string | undefined): Promise<WarmUp> {
  const { store, clock, probesOf } = parts;
  const at = clock.now().toISOString();
  const start = clock.elapsed();
  const calls: WarmUp['calls'][number][] = [];
  let known: Pick<WarmUp, 'service' | 'release'> = {};
  let read = { files: 0, bytes: 0 };
  let reason: string | undefined;
  try {
    const { service, release } = (await readChannel(store, channel)).channel;
    known = { service, release };
    const manifest = await verify(store, release);
    read = { files: manifest.files.length, bytes: sizeOf(manifest) };
    const { probes } = await probesOf(release);
    for (const probe of probes) calls.push(await sendBody(probe, parts, traceparent));
  } catch (error) {
    reason = (error as Error).message;
  }
  return {
    channel,
    ...known,
    at,
    ok: reason === undefined,
    ...(reason !== undefined && { reason }),
    ...read,
    calls,
    duration: Math.round(clock.elapsed() - start),
  };
}

async function sendBody(
  probe: ProbeTarget,
  { send, clock }: Parts,
  traceparent: string | undefined,
): Promise<WarmUp['calls'][number]> {
  const answer = await retry(
    () => send(probe.call, startSpan(traceparent)),
    {
      ...patience,
      again: (result) => isWorthAnotherTry(result) && { after: 'status' in result ? result.retryAfter : 0 },
    },
    clock,
  );
  if ('reason' in answer) throw new Error(`the body of probe ${probe.name}: ${answer.reason}`);
  if (answer.status < 200 || answer.status > 299)
    throw new Error(`the body of probe ${probe.name}: ${refusal(answer)}`);
  return { probe: probe.name, status: answer.status, latency: Math.round(answer.latency * 10) / 10 };
}

function isWorthAnotherTry(answer: Answer | NoAnswer): boolean {
  return 'reason' in answer || answer.status === 429 || answer.status >= 500;
}
