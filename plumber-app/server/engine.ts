import type { Logger } from 'pino';
import type { ServiceDefinition } from '../../service/definition.ts';
import { UserError } from '../../service/errors.ts';
import type { Milliseconds } from '../../service/units.ts';
import { refusals, type Refusal } from './errors.ts';
import type { Job, JobContext } from './job.ts';
import type { Metrics } from './metrics.ts';
import { OpenApiPlan, openApiRoute } from './openapi-plan.ts';
import { passOn, type Plan } from './plan.ts';
import { Queue } from './queue.ts';
import { ForkOrSpawn } from './r/fork-or-spawn.ts';
import type { Launcher } from './r/launcher.ts';
import { Pool, type WorkerState, type WorkerStatus } from './r/pool.ts';
import type { Slot } from './r/slot.ts';
import { Spawner } from './r/spawn.ts';
import type { Watchdog } from './r/watchdog.ts';
import type { Worker } from './r/worker.ts';
import { probeFailed, readProbes, rehearse } from './rehearsal.ts';
import { RouteTable, type RouteEntry } from './routes.ts';
import { RowPlans, type BatchingStatus } from './row-plans.ts';
import { ServiceRate } from './service-rate.ts';
import { Staff, type Workshop } from './staff.ts';
import { traceOf } from './trace.ts';

/** How many turns of the event loop more a call may wait for those that are just arriving. */
const mostTurns = 4;

export interface EngineOptions {
  /** The API's directory. */
  readonly directory: string;
  readonly definition: ServiceDefinition;
  /** The release that the directory holds; undefined for a directory that is none. */
  readonly release: string | undefined;
  /** R processes. */
  readonly workers: number;
  /** For sockets and pipes: a directory that only this engine uses. */
  readonly runDirectory: string;
  readonly watchdog: Watchdog;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now: () => Milliseconds;
  /** The environment of R. */
  readonly env: NodeJS.ProcessEnv;
  /** Whether the server is stopping. */
  readonly isClosing: () => boolean;
}

/** One loaded release: its R workers, its queue, its routes. A server replaces one by another while requests flow. */
export class Engine implements JobContext, Workshop {
  readonly definition: ServiceDefinition;
  readonly release: string | undefined;
  readonly releaseHeader: readonly string[];
  readonly now: () => Milliseconds;
  readonly #options: EngineOptions;
  readonly #launcher: Launcher;
  readonly #pool: Pool;
  readonly #queue: Queue<Job>;
  #routes: RouteTable;
  #rowPlans: RowPlans | undefined;
  #openApi: OpenApiPlan | undefined;
  /** Jobs not yet answered to the last byte, nor given up. */
  #open = 0;
  #whenIdle: (() => void)[] = [];
  /** Calls under way that wait for a further worker. */
  readonly #claims = new Set<(slot: Slot<Worker> | undefined) => void>();
  readonly #rate = new ServiceRate();
  #isPumpDue = false;
  #pumpTimer: NodeJS.Timeout | undefined;
  #isEnding = false;
  /** Rejects when a worker has to be replaced. */
  readonly #loss = Promise.withResolvers<never>();

  /** Starts nothing. */
  constructor(options: EngineOptions) {
    const { definition, directory, env, logger, metrics, now, release, runDirectory, watchdog } = options;
    this.#options = options;
    this.definition = definition;
    this.release = release;
    this.releaseHeader = release === undefined ? [] : ['x-penstock-release', release];
    this.now = now;
    const launcherOptions = { directory, runDirectory, watchdog, logger, env };
    this.#launcher = definition.startup === 'fork' ? new ForkOrSpawn(launcherOptions) : new Spawner(launcherOptions);
    this.#pool = new Pool({
      size: options.workers,
      concurrency: definition.concurrency,
      timeout: definition.limits.timeout,
      memory: definition.limits.workerMemory,
      launcher: this.#launcher,
      logger,
      onChange: () => this.#pumpSoon(),
      onRestart: (reason) => {
        metrics.restarted(reason);
        this.#loss.reject(new UserError(`an R worker was lost: ${reason}`));
      },
    });
    this.#loss.promise.catch(() => undefined);
    this.#queue = new Queue({
      timeout: definition.limits.queueTimeout,
      now,
      onTimeout: (job) => job.refuse(this.#overloaded(refusals.queueTimeout)),
    });
    this.#routes = this.#routeTable();
  }

  /** Loads the API and starts its workers; resolves when the first answers. @throws UserError when R cannot load it */
  async start(): Promise<void> {
    this.#rowPlans = await RowPlans.read(this.#options);
    this.#openApi = await OpenApiPlan.read(this.definition, this.#options.directory);
    await this.#pool.start();
    this.#routes = this.#routeTable();
    await this.#prove(this.#rowPlans);
    const { logger, release, workers } = this.#options;
    logger.info({ release, versions: this.versions, workers }, 'API loaded');
  }

  /**
   * Has the first worker answer the probes, or every worker as soon as it has started. For an engine that nobody calls
   * yet. A directory that is no release need only give the answers that it says are expected.
   * @throws UserError that names the probe, what it got and what was expected; or when a worker is lost
   */
  async rehearse(who: 'first' | 'every'): Promise<void> {
    const { definition, directory, release } = this.#options;
    const wanted = definition.probes.filter(({ expect }) => release !== undefined || expect !== undefined);
    const probes = await readProbes(directory, wanted);
    for (const probe of probes) {
      const refusal = this.#rowPlans?.refusalOf(probe);
      if (refusal !== undefined) throw probeFailed(probe, `its body is refused: ${JSON.stringify(refusal.detail)}`);
    }
    if (who === 'first') return probes.length === 0 ? undefined : rehearse(probes, this, 1);
    await Promise.race([rehearse(probes, this, this.#pool.size), this.#loss.promise]);
  }

  get isReady(): boolean {
    return this.#pool.live > 0;
  }

  /** Of R and plumber. */
  get versions(): readonly string[] {
    return this.#launcher.api?.versions ?? [];
  }

  get queueDepth(): number {
    return this.#queue.length;
  }

  get isClosing(): boolean {
    return this.#options.isClosing();
  }

  workers(): Record<WorkerState, number> {
    return this.#pool.counts();
  }

  /** What is known of the batching of its routes. */
  batching(): BatchingStatus[] {
    return this.#rowPlans?.status() ?? [];
  }

  workerStatus(): Promise<WorkerStatus[]> {
    return this.#pool.status();
  }

  route(method: string, target: string): RouteEntry {
    return this.#routes.match(method, target);
  }

  /** A job of this engine has begun: until `onClosed`, the engine is needed. */
  onOpened(): void {
    this.#open += 1;
  }

  /** Nothing will be read from or written to the job's caller any more. */
  onClosed(job: Job): void {
    this.#open -= 1;
    this.#queue.remove(job);
    if (!job.isAnswered) this.#options.metrics.abandoned.value += 1;
    if (this.#open === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Takes a whole request: it waits for a worker, or is refused. */
  submit(job: Job): void {
    const refusal = this.#noRoom() ?? this.#admit(job);
    if (refusal !== undefined) return job.refuse(refusal);
    this.#queue.push(job);
    this.#pumpSoon();
  }

  onAnswered(job: Job, status: number, refusal?: Refusal): void {
    const elapsed = this.now() - job.arrived;
    job.route.meter.answered(status, elapsed / 1000);
    const trace = traceOf(job.headers);
    if (trace?.isFollowed === true) {
      const { release } = this;
      const about = { trace: trace.id, method: job.method, status, ms: Math.round(elapsed), release };
      this.#options.logger.info(about, 'answered');
    }
    if (refusal === undefined) return;
    this.#options.metrics.refused(refusal.reason);
    if (status < 500) return;
    const about = { status, reason: refusal.reason, method: job.method, trace: trace?.id };
    this.#options.logger.warn(about, 'refused');
  }

  takeSpare(): Slot<Worker> | undefined {
    return this.#queue.length < this.#pool.idle ? this.#pool.take() : undefined;
  }

  claim(take: (slot: Slot<Worker> | undefined) => void): () => void {
    const slot = this.#isEnding ? undefined : this.#pool.take();
    if (slot !== undefined || this.#isEnding || this.#pool.isHopeless) take(slot);
    else this.#claims.add(take);
    return () => this.#claims.delete(take);
  }

  giveBack(slot: Slot<Worker>): void {
    this.#pool.release(slot);
  }

  /** Resolves when no job of this engine is open. */
  async idle(): Promise<void> {
    if (this.#open > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** Ends R after its exit hooks. Requests whose callers have left are given a little time. */
  async close(): Promise<void> {
    this.#end();
    await this.#pool.stop();
    await this.#launcher.close();
  }

  /** Ends R at once. */
  async kill(): Promise<void> {
    this.#end();
    this.#pool.kill();
    await this.#launcher.kill();
  }

  #end(): void {
    this.#isEnding = true;
    clearTimeout(this.#pumpTimer);
    this.#giveUp();
  }

  /** Nothing that waits will get a worker. */
  #giveUp(): void {
    for (const job of this.#queue.drain()) job.refuse(refusals.notReady.retryAfter(1));
    const claims = [...this.#claims];
    this.#claims.clear();
    for (const take of claims) take(undefined);
  }

  #routeTable(): RouteTable {
    const { definition, metrics } = this.#options;
    const planFor = (method: string, path: string): Plan => {
      if (method === openApiRoute.method && path === openApiRoute.path) return this.#openApi ?? passOn;
      return this.#rowPlans?.planFor(method, path) ?? passOn;
    };
    return new RouteTable(this.#launcher.api?.routes ?? [], definition, metrics, planFor);
  }

  async #prove(plans: RowPlans): Promise<void> {
    if (!plans.needProof) return;
    const slot = await new Promise<Slot<Worker> | undefined>((resolve) => void this.claim(resolve));
    if (slot === undefined) throw new UserError('the R workers end as soon as they have started: see the log');
    const staff = new Staff(slot, this);
    try {
      await plans.prove(staff);
    } finally {
      staff.dismiss();
    }
  }

  #admit(job: Job): Refusal | undefined {
    try {
      return job.route.plan.admit?.(job);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a plan failed');
      return refusals.internal;
    }
  }

  #noRoom(): Refusal | undefined {
    if (this.#pool.isHopeless) return refusals.notReady.retryAfter(Math.ceil(this.#pool.nextStart / 1000));
    const { queue } = this.definition.limits;
    // What waits includes what an idle worker takes at the end of this turn of the event loop.
    if (queue === undefined || this.#queue.length < queue || this.#queue.length < queue + this.#pool.idle) {
      return undefined;
    }
    return this.#overloaded(refusals.queueFull);
  }

  /** Tells when what waits now will have been answered, at the pace of late. */
  #overloaded(refusal: Refusal): Refusal {
    const calls = Math.max(1, this.#pool.live) * this.definition.concurrency;
    return refusal.retryAfter(Math.max(1, Math.ceil(this.#rate.timeFor(this.#queue.length + 1) / calls / 1000)));
  }

  /** At the end of this turn of the event loop, when all that has arrived with it waits and can be taken together. */
  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    setImmediate(() => this.#pumpAfter(0, 0));
  }

  /**
   * The callers of a call that has just been answered come back within a few turns: as long as each turn brings many of
   * them, and R is at work anyway, the next one is awaited, since a call of few of them would cost as much as one of all.
   */
  #pumpAfter(turns: number, waiting: number): void {
    const { length, first } = this.#queue;
    if (turns < mostTurns && first?.lane !== undefined && (length - waiting) * 8 > length && this.#pool.isBusy) {
      setImmediate(() => this.#pumpAfter(turns + 1, length));
      return;
    }
    this.#isPumpDue = false;
    this.#pump();
  }

  #pump(): void {
    if (this.#isEnding || this.#pool.isHopeless) this.#giveUp();
    for (const take of this.#claims) {
      const slot = this.#pool.take();
      if (slot === undefined) return;
      this.#claims.delete(take);
      take(slot);
    }
    // The timer may be late when there is much to do.
    this.#queue.expire();
    while (this.#queue.length > 0) {
      const idle = this.#pool.idleWorkers;
      if (idle === 0) return;
      const first = this.#queue.shift();
      if (first === undefined) return this.#pumpLater();
      void this.#run(first, new Staff(this.#pool.take() as Slot<Worker>, this), idle);
    }
  }

  /** When the first of the jobs that are held back is so no more. */
  #pumpLater(): void {
    clearTimeout(this.#pumpTimer);
    const wait = this.#queue.untilNext();
    if (wait !== undefined) this.#pumpTimer = setTimeout(() => this.#pump(), Math.ceil(wait));
  }

  async #run(first: Job, staff: Staff, idle: number): Promise<void> {
    const began = this.now();
    const { plan } = first.route;
    let jobs: readonly Job[] = [first];
    try {
      jobs = plan.take(first, this.#queue, idle);
      for (const job of jobs) this.#options.metrics.queueWait.observe((began - job.since) / 1000);
      await plan.run(jobs, staff);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a plan failed');
      for (const job of jobs) job.refuse(refusals.internal);
    } finally {
      this.#rate.observe(jobs.length, this.now() - began);
      staff.dismiss();
    }
  }
}
