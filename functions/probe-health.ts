import { readChannel } from '../releases/channel.ts';
import type { Call } from './call.ts';
import { readCertificate, type Certificate } from './certificate.ts';
import { knock } from './front-door.ts';
import { mapInParallel } from './parallel.ts';
import type { Log, Parts } from './parts.ts';
import { runProbe } from './probe.ts';
import type { ProbedRelease } from './release-probes.ts';
import type { ProbeRound } from './results.ts';

/** Calls under way at once: enough to finish within a period, too few to be a load. */
const width = 4;
/** A round that takes longer than its period would hold up the next. */
const certificateDeadline = 5_000;

/**
 * Sends every probe of every channel's service through the gateway, knocks at the gateway without a right to enter, judges the
 * answers, and keeps and reports the results.
 *
 * @param traceparent of the invocation: the calls belong to its trace
 * @returns the results of each channel
 * @throws Error that names everything that failed, once the results are kept
 */
export async function probeHealth(parts: Parts, log: Log, traceparent?: string): Promise<ProbeRound[]> {
  const certificate = await lookAtCertificate(parts, log);
  const rounds = await mapInParallel(parts.settings.channels, width, async (channel) => ({
    ...(await probeChannel(channel, parts, traceparent)),
    ...(certificate && { certificate }),
  }));
  for (const { channel, release, probes } of rounds) {
    for (const { probe, ok, latency, attempts } of probes) {
      if (ok)
        log.info(
          `${channel} (${release ?? ''}): ${probe} passed in ${latency} ms${attempts > 1 ? ', at the second try' : ''}`,
        );
    }
  }
  const failures = rounds.flatMap(failuresOf);
  for (const failure of failures) log.warn(failure);
  // Whoever is asked first may be away: the other is told all the same.
  const [kept] = await Promise.allSettled([
    parts.results.keepProbes(rounds),
    parts.telemetry.probed(rounds, traceparent, log),
  ]);
  if (kept.status === 'rejected') failures.push(`the results were not kept: ${(kept.reason as Error).message}`);
  if (failures.length > 0) throw new Error(failures.join('; '));
  return rounds;
}

async function lookAtCertificate({ settings, clock, stopping }: Parts, log: Log): Promise<Certificate | undefined> {
  try {
    return await readCertificate(settings.gateway, clock, certificateDeadline, stopping);
  } catch (error) {
    // The probes fail as well, and say so.
    log.warn(`the gateway's certificate cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}

async function probeChannel(channel: string, parts: Parts, traceparent: string | undefined): Promise<ProbeRound> {
  const { clock, probesOf, stopping } = parts;
  const at = clock.now().toISOString();
  try {
    const { service, release } = (await readChannel(parts.store, channel, { signal: stopping })).channel;
    const probed = await probesOf(release);
    const probeOf = async (other: string, name: string) =>
      (await probesOf(other)).probes.find((probe) => probe.name === name);
    const [results, door] = await Promise.all([
      mapInParallel(probed.probes, width, (probe) =>
        runProbe(probe, { ...parts, probeOf, signal: stopping }, traceparent),
      ),
      knock(callOf(probed, service), probed.largestBody, parts, traceparent, stopping),
    ]);
    const ok = [...results, ...door].every((result) => result.ok);
    return { channel, service, release, at, ok, probes: results, door };
  } catch (error) {
    return { channel, at, ok: false, reason: (error as Error).message, probes: [], door: [] };
  }
}

/** What to knock with: a call that succeeds with a key; the best is one with a body. */
function callOf({ probes }: ProbedRelease, service: string): Call {
  const probe = probes.find(({ call }) => call.body !== undefined) ?? probes[0];
  return probe?.call ?? { service, method: 'GET', path: '/openapi.json', body: undefined };
}

/** A sentence for everything that failed in a round. */
export function failuresOf({ channel, release, reason, probes, door }: ProbeRound): string[] {
  if (reason !== undefined) return [`${channel}: ${reason}`];
  const named = `${channel} (${release ?? ''})`;
  return [
    ...probes.filter(({ ok }) => !ok).map(({ probe, reason: why }) => `${named}: probe ${probe} failed: ${why ?? ''}`),
    ...door.filter(({ ok }) => !ok).map(({ reason: why }) => `${named}: ${why ?? ''}`),
  ];
}
