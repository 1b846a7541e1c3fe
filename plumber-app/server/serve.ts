import { rm, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { Logger } from 'pino';
import { UserError } from '../../service/errors.ts';
import type { Bytes, Milliseconds } from '../../service/units.ts';
import { Admin } from './admin.ts';
import { BodyBudget } from './body.ts';
import { Engine } from './engine.ts';
import { Engines } from './engines.ts';
import { Follower } from './follower.ts';
import { Front } from './front.ts';
import { Metrics } from './metrics.ts';
import { usableProcessors } from './processors.ts';
import { makeRunDirectory } from './r/run-directory.ts';
import { Watchdog } from './r/watchdog.ts';
import { Recycling } from './recycling.ts';
import { Replica, type ReplicaOptions } from './replica.ts';
import type { Served, Source, StepOptions } from './source.ts';
import type { TlsFiles } from './tls/files.ts';
import { TlsIdentity } from './tls/identity.ts';

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
  /** Followed while the server runs, and closed with it. */
  readonly source?: Source | undefined;
  /** The pause between two looks at the source, give or take a fifth; 5 s unless told. */
  readonly lookEvery?: Milliseconds | undefined;
  /** Where to report what is served, if anywhere. */
  readonly replica?: ReplicaOptions | undefined;
  /** For HTTPS on the port for callers; the admin port stays plain. */
  readonly tls?: TlsFiles | undefined;
  /** After how many answers, give or take a tenth, a caller's connection ends; 0 for never, 1,000 unless told. */
  readonly connectionRequests?: number | undefined;
  /** For the request bodies that are held at one time; a quarter of what this process may use unless told. */
  readonly bodyMemory?: Bytes | undefined;
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
  const tls = options.tls && (await TlsIdentity.open(options.tls, { logger: options.logger, now: options.now }));
  const server = new ScoringServer(options, await makeRunDirectory(), tls);
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
  readonly #engines: Engines;
  readonly #follower: Follower | undefined;
  readonly #replica: Replica | undefined;
  /** What was served before, kept on this machine for a rollback. */
  #previous: string | undefined;
  #tidying: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #port = 0;
  #adminPort = 0;

  /** Starts nothing but a watchdog: `startScoringServer` does the rest. */
  constructor(options: ScoringServerOptions, runDirectory: string, tls?: TlsIdentity) {
    this.#options = options;
    this.#runDirectory = runDirectory;
    this.#watchdog = new Watchdog(runDirectory);
    const { connectionRequests = 1_000, logger, lookEvery = 5_000, now = () => performance.now() } = options;
    const { bodyMemory = memoryForBodies(), replica, source } = options;
    this.#metrics = new Metrics({
      queueDepth: () => sum(this.#engines.living.map((engine) => engine.queueDepth)),
      workers: () => this.#workerCounts(),
      release: () => this.release,
      batching: () => this.#engines.current?.batching() ?? [],
      refused: () => this.#follower?.refused,
      certificateExpiry: () => tls?.notAfter,
    });
    this.#front = new Front({
      engine: () => this.#engines.current,
      budget: new BodyBudget(bodyMemory),
      recycling: new Recycling(connectionRequests),
      tls,
      onTlsRefused: (reason) => this.#metrics.tlsRefused(reason),
    });
    this.#engines = new Engines({
      runDirectory,
      logger,
      make: (served, directory) => this.#makeEngine(served, directory, now),
      onChange: () => this.#tidySoon(),
    });
    this.#replica = replica && new Replica({ channel: source?.channel, ...replica }, logger);
    this.#follower =
      source &&
      new Follower({
        source,
        every: lookEvery,
        now,
        logger,
        serving: () => this.release,
        swap: (served, steps) => this.#swap(served, steps),
        onChange: () => this.#report(),
        onOutcome: (outcome) => this.#metrics.promoted(outcome),
      });
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
    return this.#engines.current?.release;
  }

  get isReady(): boolean {
    return this.#closing === undefined && this.#engines.current?.isReady === true;
  }

  /** @throws UserError as `startScoringServer` does */
  async start(): Promise<void> {
    const { adminHost, adminPort, host = '127.0.0.1', port } = this.#options;
    // Liveness probes are answered while the model loads, and a port in use is found out before.
    this.#adminPort = await this.#admin.listen(adminPort, adminHost ?? host);
    this.#port = await this.#front.listen(port, host);
    const { release } = this.#options;
    if (release !== undefined) this.#replica?.say({ release, state: 'loading' });
    try {
      await this.#engines.start(this.#options);
    } catch (error) {
      if (release !== undefined && this.#closing === undefined) {
        this.#replica?.say({ release, state: 'refused', detail: (error as Error).message });
        await this.#replica?.close({ forget: false });
      }
      throw error;
    }
    this.#report();
    this.#follower?.start();
  }

  /**
   * Serves something else from now on: loads it beside what is served, has every worker answer the probes, moves new
   * requests over, and ends the old one when its last request is answered. When it fails on the way, nothing changes.
   * @throws UserError with R's message when R cannot load it, or one that names the probe that fails
   */
  async replace(served: Served): Promise<void> {
    await (
      await this.#swap(served)
    ).ended;
  }

  async status(): Promise<object> {
    const engine = this.#engines.current;
    return {
      service: engine?.definition.name ?? this.#options.definition.name,
      release: engine?.release ?? null,
      retiring: this.#engines.retiring.map(({ release }) => release ?? null),
      ready: this.isReady,
      stopping: this.#closing !== undefined,
      startedAt: this.#startedAt.toISOString(),
      port: this.port,
      r: engine?.versions ?? [],
      follows: this.#follower?.status() ?? null,
      refused: this.#follower?.refused ?? null,
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
    this.#replica?.abort();
    await Promise.allSettled([this.#follower?.close(), this.#engines.kill(), this.#options.source?.close()]);
    await this.#cleanUp();
  }

  async #close(): Promise<void> {
    const following = this.#follower?.close();
    await this.#front.close();
    await following;
    await Promise.all([this.#engines.close(), this.#replica?.close({ forget: true })]);
    await this.#tidying;
    await this.#options.source?.close();
    await this.#cleanUp();
  }

  async #cleanUp(): Promise<void> {
    await this.#admin.close();
    await this.#watchdog.stop();
    await rm(this.#runDirectory, { recursive: true, force: true });
  }

  #makeEngine({ directory, definition, release }: Served, runDirectory: string, now: () => Milliseconds): Engine {
    const { env = process.env, logger, workers = definition.workers } = this.#options;
    return new Engine({
      directory,
      definition,
      release,
      workers: workers === 'auto' ? usableProcessors() : workers,
      runDirectory,
      watchdog: this.#watchdog,
      metrics: this.#metrics,
      logger,
      now,
      // Several workers that each use all cores would be slower; the session's temporary files end with the rest.
      env: { OMP_NUM_THREADS: '1', ...env, TMPDIR: runDirectory },
      isClosing: () => this.#front.isClosing,
    });
  }

  async #swap(served: Served, steps: Partial<StepOptions> = {}): Promise<{ ended: Promise<void> }> {
    const before = this.release;
    const swapped = await this.#engines.replace(served, steps);
    if (before !== this.release) this.#previous = before;
    return swapped;
  }

  /** Says where this replica stands. */
  #report(): void {
    const { release } = this;
    const { loading, refused } = this.#follower ?? {};
    if (loading !== undefined) {
      this.#replica?.say({ release: loading.release, state: 'loading', previous: release });
    } else if (refused !== undefined) {
      const detail = `${refused.step}: ${refused.reason}`;
      this.#replica?.say({ release: refused.release, state: 'refused', detail, previous: release });
    } else if (release !== undefined) this.#replica?.say({ release, state: 'serving' });
  }

  /** Removes what is no longer served from this machine, when something has taken its place. */
  #tidySoon(): void {
    const { logger, source } = this.#options;
    if (source === undefined) return;
    this.#tidying = this.#tidying.then(async () => {
      if (this.#previous === undefined || this.#closing !== undefined) return;
      const living = this.#engines.living.map(({ release }) => release);
      const used = [this.#previous, this.#follower?.loading?.release, ...living];
      try {
        await source.keepOnly(used.filter((release) => release !== undefined));
      } catch (error) {
        logger.warn({ reason: (error as Error).message }, 'old releases were not removed');
      }
    });
  }

  async #refresh(): Promise<{ status: number; result: object }> {
    if (this.#follower === undefined) {
      const detail = 'This server serves a directory; only one that follows a channel can be refreshed.';
      return { status: 409, result: { error: 'Nothing to refresh', detail } };
    }
    const outcome = await this.#follower.refresh();
    const release = this.release ?? null;
    switch (outcome.kind) {
      case 'unchanged':
      case 'swapped':
        return { status: 200, result: { changed: outcome.kind === 'swapped', release } };
      case 'refused':
        return { status: 502, result: { error: 'Release refused', detail: outcome.refused, release } };
      case 'unreachable':
        return { status: 502, result: { error: 'Store not reachable', detail: outcome.reason, release } };
      case 'abandoned':
        return { status: 503, result: { error: 'Abandoned', detail: 'The server is stopping.', release } };
    }
  }

  #workerCounts(): ReturnType<Engine['workers']> {
    const counts = { starting: 0, idle: 0, busy: 0, ending: 0 };
    for (const engine of this.#engines.living) {
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
function memoryForBodies(): Bytes {
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
