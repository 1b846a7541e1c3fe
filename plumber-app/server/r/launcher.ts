import type { Logger } from 'pino';
import type { Watchdog } from './watchdog.ts';

/** A route as the loaded API declares it. */
export interface ApiRoute {
  readonly methods: readonly string[];
  /** With typed parameters, as Plumber writes it; `/files/*` for a mounted directory. */
  readonly path: string;
}

/** What the R process told about the API when it had loaded it. */
export interface LoadedApi {
  readonly routes: readonly ApiRoute[];
  /** `R 4.5.0`, `plumber 1.3.0`. */
  readonly versions: readonly string[];
  /** Network connections that loading it has opened. */
  readonly sockets: number;
}

/** A worker process that listens on its socket. */
export interface WorkerProcess {
  readonly name: string;
  readonly pid: number;
  readonly socketPath: string;
  /** Settles when the process has ended and its last output has been logged. */
  readonly gone: Promise<void>;
  /** Ends it at once (SIGKILL). */
  kill(): void;
}

/** Where workers come from: forked from one R process that has loaded the API, or each an R process of its own. */
export interface Launcher {
  /**
   * Starts a worker.
   * @param seed `new`: it must not draw the random numbers that others of the same origin draw
   * @throws UserError with R's message when the API cannot be loaded
   */
  launch(name: string, seed: 'keep' | 'new'): Promise<WorkerProcess>;
  /** The API as it was last loaded; undefined before. */
  readonly api: LoadedApi | undefined;
  /** Ends what R processes still live, workers among them: their hooks do not run. Resolves when all are gone. */
  close(): Promise<void>;
  /** As `close`, at once. */
  kill(): Promise<void>;
}

export interface LauncherOptions {
  /** The API's directory. */
  readonly directory: string;
  /** Holds sockets and pipes. */
  readonly runDirectory: string;
  readonly watchdog: Watchdog;
  readonly logger: Logger;
  /** The environment of R. */
  readonly env: NodeJS.ProcessEnv;
}
