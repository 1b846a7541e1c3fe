import { readAgedReports, type AgedReport } from '../releases/replicas.ts';
import type { Store } from '../releases/store.ts';
import type { Certificate } from './certificate.ts';
import type { Parts } from './parts.ts';
import { failuresOf } from './probe-health.ts';
import type { ProbeRound, WarmUp } from './results.ts';
import type { Schedule } from './schedule.ts';

/** The state of the services, from stored results alone. */
export interface Health {
  readonly status: 'ok' | 'failing';
  readonly at: string;
  /** Why the status is `failing`. */
  readonly problems: readonly string[];
  /** What needs a look, though the services answer: a warm-up that failed, a certificate that ends soon. */
  readonly warnings: readonly string[];
  /** The gateway's certificate; absent where it has none. */
  readonly certificate: Certificate | undefined;
  readonly channels: readonly ChannelHealth[];
}

export interface ChannelHealth {
  readonly channel: string;
  readonly probes: ProbeRound | undefined;
  readonly warmUp: WarmUp | undefined;
  /** What the pods last said of themselves; undefined when that cannot be read. */
  readonly replicas: readonly AgedReport[] | undefined;
}

/** Rounds that may be missing before the last result counts as too old. */
const missedRounds = 3;
/** Days before its end that a certificate is worth a warning. */
export const certificateWarning = 21;

/** Reads the last results of all channels and judges them. */
export async function readHealth({ settings, store, results, clock }: Parts): Promise<Health> {
  const now = clock.now();
  const warnings: string[] = [];
  const channels = await Promise.all(
    settings.channels.map(async (channel): Promise<ChannelHealth> => {
      const [probes, warmUp] = await Promise.all([results.lastProbes(channel), results.lastWarmUp(channel)]);
      const service = probes?.service ?? warmUp?.service;
      const replicas = await reportsOf(store, service).catch((error: unknown) => {
        warnings.push(`${channel}: ${(error as Error).message}`);
        return undefined;
      });
      return { channel, probes, warmUp, replicas };
    }),
  );
  const problems = channels.flatMap(({ channel, probes }) => problemsOf(channel, probes, settings.probeSchedule, now));
  warnings.push(...channels.flatMap(warningsOf));
  const certificate = channels.map(({ probes }) => probes?.certificate).find((one) => one !== undefined);
  if (certificate !== undefined && certificate.daysLeft < certificateWarning) {
    warnings.push(`the gateway's certificate ends on ${certificate.validTo.slice(0, 10)}`);
  }
  const status = problems.length === 0 ? 'ok' : 'failing';
  return { status, at: now.toISOString(), problems, warnings, certificate, channels };
}

async function reportsOf(store: Store, service: string | undefined): Promise<AgedReport[]> {
  return service === undefined ? [] : readAgedReports(store, service);
}

function warningsOf({ channel, warmUp }: ChannelHealth): string[] {
  if (warmUp === undefined || warmUp.ok) return [];
  return [`${channel}: the warm-up of ${warmUp.at} failed: ${warmUp.reason ?? ''}`];
}

function problemsOf(channel: string, round: ProbeRound | undefined, schedule: Schedule, now: Date): string[] {
  if (!round) return [`${channel}: not probed yet`];
  const oldest = schedule.previous(missedRounds, now).at(-1);
  const isTooOld = oldest !== undefined && new Date(round.at) < oldest;
  return isTooOld ? [`${channel}: last probed at ${round.at}, ${missedRounds} rounds are missing`] : failuresOf(round);
}
