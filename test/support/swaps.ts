import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { promote } from '../../releases/promote.ts';
import type { Azurite } from './azurite.ts';
import { follow, releasesIn, service } from './follow.ts';
import type { Milliseconds } from '../../service/units.ts';
import { isAlive, until, type Scope, type Status } from './server.ts';
import { startLoad, type LoadResult } from './steady-load.ts';

export interface SwapsOptions {
  readonly swaps: number;
  /** Callers with connections of their own, and as many without. */
  readonly callers: number;
  /** How long each rests between two calls. */
  readonly rest?: Milliseconds;
  readonly workers: number;
  /** Told after each swap. */
  readonly onSwap?: (footprint: Footprint) => void;
}

/** What this process holds, the server in it and the load. */
export interface Footprint {
  /** After a collection, in bytes. */
  readonly heap: number;
  /** Resident, in bytes. */
  readonly rss: number;
  /** Open descriptors, pipes and Unix sockets among them, but no TCP connections; undefined where that cannot be told. */
  readonly descriptors: number | undefined;
  readonly childProcesses: number;
}

export interface SwapsResult {
  readonly load: LoadResult;
  /** When one release alone has been served for a while. */
  readonly before: Footprint;
  /** The same after the last swap, when the last but one release has ended. */
  readonly after: Footprint;
  /** Processes of R that should be gone and are not. */
  readonly left: readonly number[];
  /** How many R workers there were in all. */
  readonly processes: number;
}

/** Swaps between three releases in turn while callers call, and tells what that has done to them and what is left of it. */
export async function runSwaps(t: Scope, azurite: Azurite, options: SwapsOptions): Promise<SwapsResult> {
  const { swaps, callers, rest, workers, onSwap } = options;
  const releases = await releasesIn(t, azurite);
  const factors = new Map<string, number>();
  for (const k of [2, 3, 5]) factors.set(await releases.publish(k), k);
  const ids = [...factors.keys()];
  await promote(releases.store, ids[0]!, service);
  // What is logged would be kept, and taken for a leak.
  const server = await follow(t, releases, { workers, logger: pino({ level: 'silent' }) });

  const seen = new Set<number>();
  /** Until one release alone is left. */
  const settled = async () => {
    const patience = AbortSignal.timeout(60_000);
    const { workers: living } = await until(async () => {
      if (patience.aborted) throw new Error('the old release does not end');
      const status = (await server.admin('/status')).json() as Status & { retiring: string[] };
      return status.retiring.length === 0 && status.workers.length === workers && status;
    });
    for (const { pid } of living) seen.add(pid);
  };
  const load = startLoad({
    port: server.port,
    callers,
    ...(rest !== undefined && { rest }),
    judge: ({ status, release, text, asked }) => {
      const k = factors.get(release);
      return status === 200 && k !== undefined && text === `[${asked * k}]`
        ? undefined
        : `${status} ${release} ${text}`;
    },
  });
  const swapTo = async (id: string) => {
    await promote(releases.store, id, service);
    const answer = await server.admin('/refresh', { method: 'POST' });
    if (answer.status !== 200) throw new Error(`not swapped: ${answer.text}`);
    await settled();
  };

  await settled();
  // The first swaps compile what the later ones use.
  for (let i = 1; i <= 3; i++) await swapTo(ids[i % 3]!);
  const before = footprint();
  for (let i = 4; i <= swaps; i++) {
    await swapTo(ids[i % 3]!);
    onSwap?.(footprint());
  }
  const after = footprint();
  const result = await load.stop();
  await server.server.close();
  return { load: result, before, after, left: [...seen].filter(isAlive), processes: seen.size };
}

export function footprint(): Footprint {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    heap: heapUsed,
    rss,
    descriptors: descriptors(),
    childProcesses: childProcesses(),
  };
}

function childProcesses(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
}

/** Linux alone shows them. TCP connections aside: those of the load come and go. */
function descriptors(): number | undefined {
  if (!existsSync('/proc/net/unix')) return undefined;
  const local = new Set(readFileSync('/proc/net/unix', 'utf8').match(/(?<=\s)\d+(?=( \S+)?$)/gm));
  return readdirSync('/proc/self/fd').filter((fd) => {
    const target = targetOf(`/proc/self/fd/${fd}`);
    const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? [];
    return inode === undefined ? target !== '' : local.has(inode);
  }).length;
}

/** What a descriptor is; empty when it has just been closed. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
