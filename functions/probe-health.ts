import { readChannel } from '../releases/channel.ts';
import { mapInParallel } from './parallel.ts';
import type { Log, Parts } from './parts.ts';
import { runProbe } from './probe.ts';
import type { ProbeRound } from './results.ts';

/** Calls under way at once: enough to finish within a period, too few to be a load. */
const width = 4;

/**
 * Sends every probe of every channel's service through the gateway, judges the answers and keeps the results.
 *
 * @param traceparent of the invocation: the calls belong to its trace
 * @returns the results of each channel
 * @throws Error that names every probe that failed, once the results are kept
 */
export async function probeHealth(parts: Parts, log: Log, traceparent?: string): Promise<ProbeRound[]> {
  const rounds = await mapInParallel(parts.settings.channels, width, (channel) =>
    probeChannel(channel, parts, traceparent),
  );
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
  await parts.results.keepProbes(rounds);
  if (failures.length > 0) throw new Error(failures.join('; '));
  return rounds;
}

async function probeChannel(channel: string, parts: Parts, traceparent: string | undefined): Promise<ProbeRound> {
  const at = parts.clock.now().toISOString();
  try {
    const { service, release } = (await readChannel(parts.store, channel)).channel;
    const { probes } = await parts.probesOf(release);
    const results = await mapInParallel(probes, width, (probe) => runProbe(probe, parts, traceparent));
    return { channel, service, release, at, ok: results.every(({ ok }) => ok), probes: results };
  } catch (error) {
    return { channel, at, ok: false, reason: (error as Error).message, probes: [] };
  }
}

/** A sentence for everything that failed in a round. */
export function failuresOf({ channel, release, reason, probes }: ProbeRound): string[] {
  if (reason !== undefined) return [`${channel}: ${reason}`];
  return probes
    .filter(({ ok }) => !ok)
    .map(({ probe, reason: why }) => `${channel} (${release ?? ''}): probe ${probe} failed: ${why ?? ''}`);
}
