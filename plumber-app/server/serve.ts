import { mkdir, rm, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { type Logger } from 'pino';
import { type ServiceDefinition } from '../../service/definition.ts';
import { UserError } from '../../service/errors.ts';
import { type Milliseconds } from '../../service/units.ts';
import { Admin } from './admin.ts';
import { BodyBudget } from './body.ts';
import { Engine } from './engine.ts';
import { Front } from './front.ts';
import { Metrics } from './metrics.ts';
import { usableProcessors } from './processors.ts';
import { makeRunDirectory } from './r/run-directory.ts';
import { Watchdog } from './r/watchdog.ts';

/** What a server serves. */
export interface Served {
  /** A Plumber directory: `plumber.R` or `entrypoint.R` and what they read. */
  readonly directory: string;
  readonly definition: ServiceDefinition;
  /** The release that the directory holds, sent as `x-penstock-release`; undefined: it is none, and none is sent. */
  readonly release?: string | undefined;
}

/** Where a server that follows something looks for what is to be served now. */
export interface Source {
  /** What to serve from now on; undefined when it is what is served already. @throws when it cannot be had */
  next(): Promise<Served | undefined>;
}

export interface ScoringServerOptions extends Served {
  /** 0 for a free one. */
  readonly port: number;
  /** The address to listen on, 127.0.0.1 unless told. */
  readonly host?: string | undefined;
  /** 0 for a free one. */
  readonly adminPort: number;
  /** The address of the admin port, `host` unless told. */
  readonly adminHost?: string | undefined;
  /** R processes; unless told, what the definition says. */
  readonly workers?: number | undefined;
  /** Asked on POST /refresh. */
  readonly source?: Source | undefined;
  readonly logger: Logger;
  /** A steady clock. */
  readonly now?: (() => Milliseconds) | undefined;
  /** The environment of R; ours unless told. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Ends the start when it aborts before the server runs. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Serves a Plumber API: R workers behind a queue, and the admin port. Resolves when a worker has answered and both ports
 * listen.
 * @throws UserError when the directory is none, a port is in use, R is missing or cannot load the API: nothing is left
 */
export async function startScoringServer(options: ScoringServerOptions): Promise<ScoringServer> {
  await checkDirectory(options.directory);
  const { signal } = options;
  signal?.throwIfAborted();
  const server = new ScoringServer(options, await makeRunDirectory());
  const abort = () => void server.kill();
  signal?.addEventListener('abort', abort);
  try {
    await server.start();
    signal?.throwIfAborted();
    return server;
  } catch (error) {
    await server.kill();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

export class ScoringServer {
  readonly #options: ScoringServerOptions;
  readonly #runDirectory: string;
  readonly #watchdog: Watchdog;
  readonly #metrics: Metrics;
  readonly #front: Front;
  readonly #admin: Admin;
  readonly #startedAt = new Date();
  /** Those that live: usually one, and a second while one replaces the other. */
  readonly #engines = new Set<Engine>();
  #current: Engine | undefined;
  #engineNumber = 0;
  #replacing: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #port = 0;
  #adminPort = 0;

  /** Starts nothing but a watchdog: `startScoringServer` does the rest. */
  constructor(options: ScoringServerOptions, runDirectory: string) {
    this.#options = options;
    this.#runDirectory = runDirectory;
    this.#watchdog = new Watchdog(runDirectory);
    this.#metrics = new Metrics({
      queueDepth: () => sum([...this.#engines].map((engine) => engine.queueDepth)),
      workers: () => this.#workerCounts(),
      release: () => this.#current?.release,
    });
    this.#front = new Front({ engine: () => this.#current, budget: new BodyBudget(memoryForBodies()) });
    this.#admin = new Admin({
      registry: this.#metrics.registry,
      isReady: () => this.isReady,
      status: () => this.status(),
      refresh: () => this.#refresh(),
    });
  }

  get port(): number {
    return this.#port;
  }

  get adminPort(): number {
    return this.#adminPort;
  }

  /** The release that new requests go to. */
  get release(): string | undefined {
    return this.#current?.release;
  }

  get isReady(): boolean {
    return this.#closing === undefined && this.#current?.isReady === true;
  }

  /** @throws UserError as `startScoringServer` does */
  async start(): Promise<void> {
    const { adminHost, adminPort, host = '127.0.0.1', port } = this.#options;
    // Liveness probes are answered while the model loads, and a port in use is found out before.
    this.#adminPort = await this.#admin.listen(adminPort, adminHost ?? host);
    this.#port = await this.#front.listen(port, host);
    this.#current = await this.#load(this.#options);
  }

  /**
   * Serves something else from now on: loads it beside what is served, moves new requests over when its first worker
   * answers, and ends the old one when its last request is answered. When it cannot be loaded, nothing changes.
   * @throws UserError with R's message when R cannot load it
   */
  async replace(served: Served): Promise<void> {
    const replacing = this.#replacing.then(async () => {
      const next = await this.#load(served);
      const old = this.#current;
      if (this.#closing !== undefined) return;
      this.#current = next;
      await old?.idle();
      if (old !== undefined) await this.#end(old);
    });
    this.#replacing = replacing.catch(() => undefined);
    await replacing;
  }

  async status(): Promise<object> {
    const engine = this.#current;
    return {
      service: engine?.definition.name ?? this.#options.definition.name,
      release: engine?.release ?? null,
      ready: this.isReady,
      stopping: this.#closing !== undefined,
      startedAt: this.#startedAt.toISOString(),
      port: this.port,
      r: engine?.versions ?? [],
      batching: engine?.batching() ?? [],
      queue: { depth: engine?.queueDepth ?? 0, limit: engine?.definition.limits.queue ?? null },
      workers: (await engine?.workerStatus()) ?? [],
    };
  }

  /**
   * Stops gracefully: not ready any more, no new connections; what has been asked is answered; then R runs its exit
   * hooks and ends. Resolves when no process, socket or file is left.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Stops at once: connections are cut, R is killed. */
  async kill(): Promise<void> {
    this.#closing ??= Promise.resolve();
    this.#front.kill();
    await Promise.allSettled([...this.#engines].map((engine) => engine.kill()));
    await this.#cleanUp();
  }

  async #close(): Promise<void> {
    await this.#front.close();
    await this.#replacing;
    await Promise.all([...this.#engines].map((engine) => this.#end(engine)));
    await this.#cleanUp();
  }

  async #cleanUp(): Promise<void> {
    await this.#admin.close();
    await this.#watchdog.stop();
    await rm(this.#runDirectory, { recursive: true, force: true });
  }

  async #load({ directory, definition, release }: Served): Promise<Engine> {
    const { env = process.env, logger, now = () => performance.now(), workers } = this.#options;
    const runDirectory = join(this.#runDirectory, String(++this.#engineNumber));
    await mkdir(runDirectory);
    const count = workers ?? definition.workers;
    const engine = new Engine({
      directory,
      definition,
      release,
      workers: count === 'auto' ? usableProcessors() : count,
      runDirectory,
      watchdog: this.#watchdog,
      metrics: this.#metrics,
      logger,
      now,
      // Several workers that each use all cores would be slower; the session's temporary files end with the rest.
      env: { OMP_NUM_THREADS: '1', ...env, TMPDIR: runDirectory },
      isClosing: () => this.#front.isClosing,
    });
    this.#engines.add(engine);
    try {
      await engine.start();
      return engine;
    } catch (error) {
      await engine.kill();
      this.#engines.delete(engine);
      throw error;
    }
  }

  async #end(engine: Engine): Promise<void> {
    await engine.close();
    this.#engines.delete(engine);
  }

  async #refresh(): Promise<{ status: number; result: object }> {
    const { source } = this.#options;
    if (source === undefined) {
      const detail = 'This server serves a directory; only one that follows a channel can be refreshed.';
      return { status: 409, result: { error: 'Nothing to refresh', detail } };
    }
    const next = await source.next();
    if (next === undefined) return { status: 200, result: { changed: false, release: this.release ?? null } };
    await this.replace(next);
    return { status: 200, result: { changed: true, release: this.release ?? null } };
  }

  #workerCounts(): ReturnType<Engine['workers']> {
    const counts = { starting: 0, idle: 0, busy: 0, ending: 0 };
    for (const engine of this.#engines) {
      const own = engine.workers();
      counts.starting += own.starting;
      counts.idle += own.idle;
      counts.busy += own.busy;
      counts.ending += own.ending;
    }
    return counts;
  }
}

/** A quarter of what this process may use; the rest is R's. */
function memoryForBodies(): number {
  const limit = process.constrainedMemory();
  return Math.floor(Math.min(limit > 0 ? limit : Infinity, totalmem()) / 4);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

async function checkDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new UserError(`there is no directory ${directory}`);
}
