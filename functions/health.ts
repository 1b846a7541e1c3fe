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
  /** What needs a look, though the services answer: a warm-up that failed. */
  readonly warnings: readonly string[];
  readonly channels: readonly {
    readonly channel: string;
    readonly probes: ProbeRound | undefined;
    readonly warmUp: WarmUp | undefined;
  }[];
}

/** Rounds that may be missing before the last result counts as too old. */
const missedRounds = 3;

/** Reads the last results of all channels and judges them. */
export async function readHealth({ settings, results, clock }: Parts): Promise<Health> {
  const now = clock.now();
  const channels = await Promise.all(
    settings.channels.map(async (channel) => ({
      channel,
      probes: await results.lastProbes(channel),
      warmUp: await results.lastWarmUp(channel),
    })),
  );
  const problems = channels.flatMap(({ channel, probes }) => problemsOf(channel, probes, settings.probeSchedule, now));
  const warnings = channels.flatMap(({ channel, warmUp }) =>
    warmUp && !warmUp.ok ? [`${channel}: the warm-up of ${warmUp.at} failed: ${warmUp.reason ?? ''}`] : [],
  );
  return { status: problems.length === 0 ? 'ok' : 'failing', at: now.toISOString(), problems, warnings, channels };
}

function problemsOf(channel: string, round: ProbeRound | undefined, schedule: Schedule, now: Date): string[] {
  if (!round) return [`${channel}: not probed yet`];
  const oldest = schedule.previous(missedRounds, now).at(-1);
  const isTooOld = oldest !== undefined && new Date(round.at) < oldest;
  return isTooOld ? [`${channel}: last probed at ${round.at}, ${missedRounds} rounds are missing`] : failuresOf(round);
}
