import type { Schedule } from '../../functions/schedule.ts';
import type { HostClock } from './clock.ts';
import type { RpcData } from './protocol.ts';

/** A timer that later than this after its time counts as past due. */
const lateness = 1_000;

export interface TimerTrigger {
  /** What a timer function is given (`Timer` of the library), for a run outside its schedule. */
  data(): RpcData;
  stop(): void;
}

/**
 * Runs a function on its schedule. As in Azure, a run that takes longer than the schedule's gap is never overtaken by the next:
 * what fell due meanwhile is left out. When it last ran is kept in memory alone, so nothing is past due at the start.
 */
export function startTimer(
  { schedule, runOnStartup }: { readonly schedule: Schedule; readonly runOnStartup: boolean },
  run: (data: RpcData) => Promise<unknown>,
  clock: HostClock,
): TimerTrigger {
  let last: Date | undefined;
  let stopped = false;
  let cancel = () => {};

  const dataOf = (isPastDue: boolean): RpcData => {
    const next = schedule.next(clock.now()).toISOString();
    const ranLast = last?.toISOString() ?? '0001-01-01T00:00:00+00:00';
    return {
      json: JSON.stringify({
        Schedule: { AdjustForDST: true },
        ScheduleStatus: { Last: ranLast, Next: next, LastUpdated: ranLast },
        IsPastDue: isPastDue,
      }),
    };
  };
  const runNow = async (due: Date) => {
    const now = clock.now();
    const data = dataOf(now.getTime() - due.getTime() > lateness);
    last = due;
    await run(data);
    arm();
  };
  const arm = () => {
    if (stopped) return;
    const due = schedule.next(clock.now());
    cancel = clock.after(Math.max(0, due.getTime() - clock.now().getTime()), () => void runNow(due));
  };

  if (runOnStartup) void runNow(clock.now());
  else arm();
  return {
    data: () => dataOf(false),
    stop() {
      stopped = true;
      cancel();
    },
  };
}
