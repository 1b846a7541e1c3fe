import type { Logger } from 'pino';
import { UserError } from '../../../service/errors.ts';
import type { Bytes, Milliseconds } from '../../../service/units.ts';
import { Backoff } from './backoff.ts';
import type { Launcher } from './launcher.ts';
import { residentMemory } from './memory.ts';
import type { Slot } from './slot.ts';
import { Worker, type Doom, type WorkerOptions } from './worker.ts';

/** A worker that dies unused, sooner than this after its start, counts as a failed start. */
const settledAfter: Milliseconds = 5_000;
/** Failed starts in a row after which, with no worker alive, requests need not wait for one. */
const hopelessAfter = 3;
const memoryCheckedEvery: Milliseconds = 2_000;

/** Why a worker had to be replaced. */
export type RestartReason = Exclude<Doom, 'stopped'> | 'died' | 'failed-start';
export const restartReasons: readonly RestartReason[] = ['died', 'failed-start', 'timeout', 'memory', 'unresponsive'];

export type WorkerState = 'starting' | 'idle' | 'busy' | 'ending';

export interface WorkerStatus {
  readonly name: string;
  readonly pid: number;
  readonly state: WorkerState;
  readonly startedAt: string;
  /** Calls that it has been given. */
  readonly served: number;
  /** Resident memory, shared pages included. */
  readonly rss: Bytes | undefined;
}

export interface PoolOptions extends WorkerOptions {
  /** Workers to keep alive. */
  readonly size: number;
  readonly launcher: Launcher;
  readonly logger: Logger;
  /** Resident memory over which a worker is replaced between two requests. */
  readonly memory: Bytes | undefined;
  /** A slot may have become free, or the last hope of one be gone. */
  onChange(): void;
  onRestart(reason: RestartReason): void;
}

/** The living workers of one API: keeps their number, replaces those that die, picks one for the next call. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #backoff = new Backoff();
  /** Those that take calls, the most recently used last: its caches are warm. */
  readonly #ready: Worker[] = [];
  readonly #ending = new Set<Worker>();
  readonly #delays = new Set<NodeJS.Timeout>();
  #memoryTimer: NodeJS.Timeout | undefined;
  #launched = 0;
  #starting = new Set<Promise<void>>();
  #stopping = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Starts the workers; resolves when the first has answered. @throws UserError when the API cannot be loaded */
  async start(): Promise<void> {
    const attempts = Array.from({ length: this.#options.size }, () => this.#launch());
    try {
      await Promise.any(attempts);
    } catch (error) {
      const { errors } = error as AggregateError & { errors: Error[] };
      throw errors.find((each) => each instanceof UserError) ?? errors[0];
    }
    for (const attempt of attempts) attempt.catch((error: Error) => this.#failedStart(error));
    const { memory } = this.#options;
    if (memory !== undefined) {
      this.#memoryTimer = setInterval(() => void this.#recycle(memory), memoryCheckedEvery).unref();
    }
  }

  /** How many calls could begin now. */
  get idle(): number {
    let free = 0;
    for (const worker of this.#ready) if (worker.isSound) free += worker.free.length;
    return free;
  }

  /** How many workers could begin a call now. */
  get idleWorkers(): number {
    let workers = 0;
    for (const worker of this.#ready) if (worker.isSound && worker.free.length > 0) workers += 1;
    return workers;
  }

  /** Whether any call is in flight. */
  get isBusy(): boolean {
    for (const worker of this.#ready) if (!worker.isIdle) return true;
    return false;
  }

  /** Workers that take calls. */
  get live(): number {
    return this.#ready.length;
  }

  get size(): number {
    return this.#options.size;
  }

  /** No worker lives and several in a row could not be started: waiting for one is in vain. */
  get isHopeless(): boolean {
    return this.#ready.length === 0 && this.#backoff.failures >= hopelessAfter;
  }

  /** When the next start is tried, if none is under way. */
  get nextStart(): Milliseconds {
    return this.#backoff.delay;
  }

  /** A free slot of the worker with the fewest calls in flight, which has one more now; undefined when all are busy. */
  take(): Slot<Worker> | undefined {
    let best: Worker | undefined;
    for (let i = this.#ready.length - 1; i >= 0; i--) {
      const worker = this.#ready[i] as Worker;
      if (worker.isSound && worker.free.length > (best?.free.length ?? 0)) best = worker;
      if (best?.isIdle) break;
    }
    const slot = best?.free.pop();
    if (slot === undefined) return undefined;
    slot.worker.served += 1;
    return slot;
  }

  /** Gives a slot back, with no call in flight. */
  release(slot: Slot<Worker>): void {
    const { worker } = slot;
    worker.free.push(slot);
    const at = this.#ready.indexOf(worker);
    if (at >= 0) {
      this.#ready.push(...this.#ready.splice(at, 1));
    } else if (this.#ending.has(worker) && worker.isIdle) {
      void worker.end('memory');
    }
    this.#options.onChange();
  }

  counts(): Record<WorkerState, number> {
    const counts = { starting: this.#starting.size, idle: 0, busy: 0, ending: this.#ending.size };
    for (const worker of this.#ready) counts[stateOf(worker)] += 1;
    return counts;
  }

  async status(): Promise<WorkerStatus[]> {
    const all = [...this.#ready, ...this.#ending].sort((a, b) => a.startedAt - b.startedAt);
    return Promise.all(
      all.map(async (worker) => ({
        name: worker.name,
        pid: worker.pid,
        state: this.#ending.has(worker) ? 'ending' : stateOf(worker),
        startedAt: new Date(worker.startedAt).toISOString(),
        served: worker.served,
        rss: await residentMemory(worker.pid),
      })),
    );
  }

  /** Ends all workers that have started, after their exit hooks. Nobody may wait for a call. */
  async stop(): Promise<void> {
    this.#stop();
    await Promise.all([...this.#ready, ...this.#ending].map((worker) => worker.end('stopped')));
  }

  /** Ends all workers at once. */
  kill(): void {
    this.#stop();
    for (const worker of [...this.#ready, ...this.#ending]) worker.kill('stopped');
  }

  #stop(): void {
    this.#stopping = true;
    clearInterval(this.#memoryTimer);
    for (const delay of this.#delays) clearTimeout(delay);
  }

  #launch(): Promise<void> {
    const attempt = this.#start();
    this.#starting.add(attempt);
    const done = () => this.#starting.delete(attempt);
    attempt.then(done, done);
    return attempt;
  }

  async #start(): Promise<void> {
    const { launcher, size } = this.#options;
    const number = ++this.#launched;
    // One worker alone draws the very numbers that bare Plumber would.
    const process = await launcher.launch(`worker-${number}`, size === 1 && number === 1 ? 'keep' : 'new');
    const worker = await Worker.open(process, this.#options);
    if (this.#stopping) return worker.kill('stopped');
    this.#ready.push(worker);
    void worker.gone.then(() => this.#lost(worker));
    this.#options.onChange();
  }

  #lost(worker: Worker): void {
    this.#ending.delete(worker);
    if (!this.#remove(worker) || this.#stopping) return;
    const reason = worker.doom === undefined || worker.doom === 'stopped' ? 'died' : worker.doom;
    this.#options.logger.warn({ worker: worker.name, pid: worker.pid, reason }, 'worker lost');
    if (worker.served === 0 && Date.now() - worker.startedAt < settledAfter) this.#backoff.failed();
    else this.#backoff.succeeded();
    this.#replace(reason);
  }

  #failedStart(error: Error): void {
    if (this.#stopping) return;
    this.#backoff.failed();
    this.#options.logger.error({ err: error, retryIn: this.#backoff.delay }, 'worker not started');
    this.#replace('failed-start');
  }

  #replace(reason: RestartReason): void {
    this.#options.onRestart(reason);
    const delay = setTimeout(() => {
      this.#delays.delete(delay);
      this.#launch().catch((error: Error) => this.#failedStart(error));
    }, this.#backoff.delay);
    this.#delays.add(delay);
    this.#options.onChange();
  }

  /** Takes no more calls from it; false when it did not. */
  #remove(worker: Worker): boolean {
    const at = this.#ready.indexOf(worker);
    if (at < 0) return false;
    this.#ready.splice(at, 1);
    return true;
  }

  async #recycle(limit: Bytes): Promise<void> {
    for (const worker of [...this.#ready]) {
      const rss = await residentMemory(worker.pid);
      if (rss === undefined || rss <= limit || this.#stopping || !this.#remove(worker)) continue;
      this.#options.logger.warn({ worker: worker.name, pid: worker.pid, rss, limit }, 'worker over its memory limit');
      this.#ending.add(worker);
      this.#replace('memory');
      if (worker.isIdle) void worker.end('memory');
    }
  }
}

/** One that we have killed, or whose connection has failed, is about to be lost. */
function stateOf(worker: Worker): 'idle' | 'busy' | 'ending' {
  if (!worker.isSound) return 'ending';
  return worker.isIdle ? 'idle' : 'busy';
}
