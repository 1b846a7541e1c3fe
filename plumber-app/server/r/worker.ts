import { connect, type Socket } from 'node:net';
import type { Milliseconds } from '../../../service/units.ts';
import { Connection } from './connection.ts';
import type { WorkerProcess } from './launcher.ts';
import { Slot, type SlotOwner } from './slot.ts';

/** How long a worker that has nothing else to do may take to answer a request of our own. */
const answersWithin: Milliseconds = 30_000;
/** How long the exit hooks may run. */
const endsWithin: Milliseconds = 10_000;
/** How long after its connections closed a process may still be there. */
const vanishesWithin: Milliseconds = 2_000;

export interface WorkerOptions {
  /** Requests in flight at once. */
  readonly concurrency: number;
  /** How long one call may take; undefined: as long as it likes. */
  readonly timeout: Milliseconds | undefined;
  /** A worker whose health was in doubt is well. */
  onChange(): void;
}

/** Why we ended a worker. */
export type Doom = 'timeout' | 'memory' | 'unresponsive' | 'stopped';

/** One R process that serves on its socket: its slots for calls, what it has done, its end. */
export class Worker implements SlotOwner {
  readonly name: string;
  readonly pid: number;
  /** The slots without a call in flight. */
  readonly free: Slot<Worker>[];
  readonly startedAt = Date.now();
  /** Settles when the process is gone. */
  readonly gone: Promise<void>;
  /** Calls that it has been given, those in flight included. */
  served = 0;
  readonly #process: WorkerProcess;
  readonly #slots: readonly Slot<Worker>[];
  readonly #onChange: () => void;
  #doom: Doom | undefined;
  #isDoubtful = false;
  #isGone = false;

  /** Takes over a process that listens; resolves when it has answered for the first time. */
  static async open(process: WorkerProcess, options: WorkerOptions): Promise<Worker> {
    const worker = new Worker(process, connect(process.socketPath), options);
    if (await worker.#answers()) return worker;
    worker.kill('unresponsive');
    throw new Error(`${process.name} does not answer`);
  }

  /** @param lifeline a connection that is never used: R tells nobody that a forked worker died, the kernel closes this */
  private constructor(process: WorkerProcess, lifeline: Socket, options: WorkerOptions) {
    const { concurrency, timeout } = options;
    this.#onChange = () => options.onChange();
    this.name = process.name;
    this.pid = process.pid;
    this.#process = process;
    this.#slots = Array.from({ length: concurrency }, () => new Slot(this, process.socketPath, timeout));
    this.free = [...this.#slots];

    const hungUp = new Promise<void>((resolve) => lifeline.once('close', () => resolve()));
    lifeline.on('error', () => undefined);
    lifeline.resume();
    this.gone = Promise.race([hungUp, process.gone]).then(() => {
      this.#isGone = true;
      lifeline.destroy();
      for (const slot of this.#slots) slot.close();
    });
    void hungUp.then(async () => {
      if (!(await within(vanishesWithin, process.gone))) process.kill();
    });
  }

  /** Why we ended it; undefined when it lives, or died by itself. */
  get doom(): Doom | undefined {
    return this.#doom;
  }

  get isIdle(): boolean {
    return this.free.length === this.#slots.length;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whether it may be given calls: one that we have killed, or whose connection has just failed, is about to be lost. */
  get isSound(): boolean {
    return !this.#isDoubtful && this.#doom === undefined;
  }

  onTimeout(): void {
    this.kill('timeout');
  }

  onBroken(): void {
    if (this.#doom !== undefined || this.#isGone || this.#isDoubtful) return;
    this.#isDoubtful = true;
    void this.#answers().then(async (answers) => {
      if (answers) {
        this.#isDoubtful = false;
        this.#onChange();
      } else if (!(await within(vanishesWithin, this.gone))) this.kill('unresponsive');
    });
  }

  /** Lets it run the API's exit hooks and end, or kills it when that takes too long. Nobody may wait for a call. */
  async end(doom: Doom): Promise<void> {
    this.#doom ??= doom;
    // Not waited for: behind a call whose caller has left, the answer may take for ever.
    void this.#ask('stop');
    if (!(await within(endsWithin, this.#process.gone))) this.kill(doom);
    await this.gone;
  }

  kill(doom: Doom): void {
    if (this.#isGone) return;
    this.#doom ??= doom;
    this.#process.kill();
  }

  async #answers(): Promise<boolean> {
    return (await within(answersWithin, this.#ask('ping'))) === true;
  }

  /** A request of our own, which the caller's code does not see (R/request.R). */
  async #ask(control: 'ping' | 'stop'): Promise<boolean> {
    const connection = new Connection(this.#process.socketPath);
    try {
      const headers = ['Host', 'localhost', 'x-penstock-control', control];
      const { status } = await connection.ask({ method: 'GET', target: '/', headers, body: undefined });
      return status === 200;
    } catch {
      return false;
    } finally {
      connection.close();
    }
  }
}

/** What a promise resolves to (`true` for nothing), or false when it takes longer. */
async function within(limit: Milliseconds, work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), limit)));
  try {
    return await Promise.race([work.then((value) => value ?? true), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
