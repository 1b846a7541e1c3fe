import { startBarePlumber } from '../support/bare-plumber.ts';
import { startServer } from '../support/server.ts';

/** A running API that requests are replayed on: bare Plumber or Penstock. */
export interface Target {
  /** As messages name it. */
  readonly name: string;
  readonly port: number;
  /** R processes that answer; with more than one, state kept with `<<-` is not shared. */
  readonly workers: number;
  /** What the target has printed so far. */
  log(): string;
  stop(): Promise<void>;
}

/** The API as it runs without Penstock. */
export async function barePlumber(directory: string): Promise<Target> {
  return { name: 'bare Plumber', workers: 1, ...(await startBarePlumber(directory)) };
}

/** Runs `use` with all targets started side by side, and stops them whatever happens. */
export async function withTargets<T>(
  starting: readonly Promise<Target>[],
  use: (...targets: Target[]) => Promise<T>,
): Promise<T> {
  const settled = await Promise.allSettled(starting);
  const targets = settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  try {
    const failed = settled.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return await use(...targets);
  } finally {
    await Promise.all(targets.map((target) => target.stop()));
  }
}
