import { heartbeat, readAgedReports, type AgedReport } from '../releases/replicas.ts';
import type { Store } from '../releases/store.ts';
import type { Milliseconds } from '../service/units.ts';
import type { Clock } from './clock.ts';

/** Where the replicas of a service stand with a release. */
export interface Fleet {
  /** The pods that serve it. */
  readonly serving: readonly string[];
  /** Those that don't, and on what they are stuck. */
  readonly stuck: readonly StuckReplica[];
  /** Pods that have stopped reporting without a word: gone. Nobody waits for them. */
  readonly gone: readonly string[];
}

export interface StuckReplica {
  readonly pod: string;
  readonly why: string;
}

export interface FleetQuestion {
  readonly service: string;
  readonly channel: string;
  readonly release: string;
  /** How long to wait for those that are on their way. */
  readonly patience: Milliseconds;
  readonly signal?: AbortSignal | undefined;
  /** Whether the channel still points to the release: nobody waits for one that has been replaced meanwhile. */
  readonly isStillWanted: () => Promise<boolean>;
}

/** Three heartbeats missed: the pod is gone. */
export const silence: Milliseconds = 3 * heartbeat;
const pause: Milliseconds = 2_000;

/**
 * Waits until every replica that lives serves the release, and returns where each stands. A replica that refused the release
 * will not change its mind, and one that is silent is gone: they are not waited for. Ages are the store's own, so that no
 * clock but the store's matters.
 *
 * @returns `replaced` when the channel has moved on meanwhile
 * @throws StoreFailure when the reports cannot be read
 */
export async function awaitReplicas(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  { service, channel, release, patience, signal, isStillWanted }: FleetQuestion,
): Promise<Fleet | 'replaced'> {
  const start = clock.elapsed();
  for (;;) {
    const reports = await readAgedReports(store, service, { signal });
    const fleet = fleetOf(reports, channel, release);
    const onTheirWay = living(reports, channel).some(
      (report) => !isServing(report, release) && !isRefusing(report, release),
    );
    if (!onTheirWay || clock.elapsed() - start >= patience) return fleet;
    await clock.sleep(pause, signal);
    if (!(await isStillWanted())) return 'replaced';
  }
}

/** Where the replicas stand, by their reports. */
export function fleetOf(reports: readonly AgedReport[], channel: string, release: string): Fleet {
  const alive = living(reports, channel);
  return {
    serving: alive.filter((report) => isServing(report, release)).map(({ pod }) => pod),
    stuck: alive.filter((report) => !isServing(report, release)).map((report) => stuckOn(report, release)),
    gone: ours(reports, channel)
      .filter(({ age }) => age > silence)
      .map(({ pod }) => pod),
  };
}

/** Those that follow the channel; a server that does not say which it follows may be any. */
function ours(reports: readonly AgedReport[], channel: string): AgedReport[] {
  return reports.filter((report) => report.channel === undefined || report.channel === channel);
}

function living(reports: readonly AgedReport[], channel: string): AgedReport[] {
  return ours(reports, channel).filter(({ age }) => age <= silence);
}

function isServing(report: AgedReport, release: string): boolean {
  return report.release === release && report.state === 'serving';
}

function isRefusing(report: AgedReport, release: string): boolean {
  return report.release === release && report.state === 'refused';
}

function stuckOn(report: AgedReport, release: string): StuckReplica {
  const { pod, state, since, detail, previous } = report;
  const meanwhile = previous === undefined ? '' : `; it serves ${previous}`;
  const because = detail === undefined || detail === '' ? '' : `: ${detail}`;
  const about = report.release === release ? '' : ` ${report.release}`;
  if (state === 'refused') return { pod, why: `refused${about}${because}${meanwhile}` };
  if (state === 'loading') return { pod, why: `loading${about} since ${since}${because}${meanwhile}` };
  return { pod, why: `still serves ${report.release} (since ${since})` };
}

/** A sentence about the replicas that don't serve the release; undefined when all do. */
export function stuckSentence({ serving, stuck }: Fleet): string | undefined {
  if (stuck.length === 0) return undefined;
  const each = stuck.map(({ pod, why }) => `${pod} ${why}`).join(', ');
  return `${serving.length} of ${serving.length + stuck.length} replicas serve it: ${each}`;
}
