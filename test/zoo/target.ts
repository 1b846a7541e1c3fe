import { pino } from 'pino';
import { startScoringServer } from '../../plumber-app/server/serve.ts';
import { loadService } from '../../service/load.ts';
import { startBarePlumber } from '../support/bare-plumber.ts';
import { call, until, type Status } from '../support/server.ts';

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

/** The API behind the scoring server, with what its directory says of it and nothing else, once all its workers are there. */
export async function penstock(directory: string, workers: number): Promise<Target> {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  const definition = await loadService(directory);
  const server = await startScoringServer({ directory, definition, workers, port: 0, adminPort: 0, logger });
  const isComplete = async () => {
    const answer = await call(server.adminPort, '/status');
    return (answer.json() as Status).workers.length === workers;
  };
  try {
    await until(isComplete);
  } catch (error) {
    await server.close();
    throw error;
  }
  return {
    name: `Penstock, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    port: server.port,
    workers,
    log: () => lines.join(''),
    stop: () => server.close(),
  };
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
