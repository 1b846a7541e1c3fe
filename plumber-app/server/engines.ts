import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Milliseconds } from '../../service/units.ts';
import type { Engine } from './engine.ts';
import type { Served, StepOptions } from './source.ts';

/** How long what an old engine has been asked may take to be answered; then its workers are ended. */
const retiresWithin: Milliseconds = 10 * 60_000;

export interface EnginesOptions {
  /** Holds a directory for each engine. */
  readonly runDirectory: string;
  readonly logger: Logger;
  /** Makes an engine that has started nothing. */
  make(served: Served, runDirectory: string): Engine;
  /** New requests go to another engine, or one has ended. */
  onChange(): void;
}

/** The loaded releases of a server: the one that new requests go to, and while it is replaced, those that come and go. */
export class Engines {
  readonly #options: EnginesOptions;
  /** With the numbers of their directories. */
  readonly #living = new Map<Engine, number>();
  readonly #ends = new Map<Engine, Promise<void>>();
  readonly #retiring = new Set<Engine>();
  readonly #closing = new AbortController();
  #current: Engine | undefined;
  #swapping: Promise<unknown> = Promise.resolve();

  constructor(options: EnginesOptions) {
    this.#options = options;
  }

  get current(): Engine | undefined {
    return this.#current;
  }

  get living(): Engine[] {
    return [...this.#living.keys()];
  }

  /** Those that answer what they were asked before they were replaced, or are being ended. */
  get retiring(): Engine[] {
    return [...this.#retiring];
  }

  /** Loads the first; resolves when a worker has answered, and answered the probes as expected. @throws UserError */
  async start(served: Served): Promise<void> {
    this.#current = await this.#load(served, 'first');
    this.#options.onChange();
  }

  /**
   * Serves something else from now on: loads it beside what is served, has every worker answer the probes, and moves new
   * requests over. When it fails on the way, or the signal aborts, nothing changes.
   * @returns what settles when the old one has answered all that it was asked, and has ended
   * @throws UserError with R's message when R cannot load it, or one that names the probe that fails
   */
  replace(served: Served, options: Partial<StepOptions> = {}): Promise<{ ended: Promise<void> }> {
    const swap = this.#swapping.then(async () => {
      const next = await this.#load(served, 'every', options);
      const old = this.#current;
      this.#current = next;
      this.#options.onChange();
      return { ended: old === undefined ? Promise.resolve() : this.#retire(old) };
    });
    this.#swapping = swap.catch(() => undefined);
    return swap;
  }

  /** Ends all in good order; nobody may wait for an answer. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#swapping;
    await Promise.all(this.living.map((engine) => this.#end(engine)));
  }

  /** Ends all at once. */
  async kill(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.living.map((engine) => engine.kill()));
  }

  async #load(served: Served, who: 'first' | 'every', { signal, onStep }: Partial<StepOptions> = {}): Promise<Engine> {
    const stop = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    stop.throwIfAborted();
    const number = this.#freeNumber();
    const engine = this.#options.make(served, this.#directory(number));
    this.#living.set(engine, number);
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    stopped.catch(() => undefined);
    const onStop = () => reject(stop.reason as Error);
    stop.addEventListener('abort', onStop);
    try {
      await mkdir(this.#directory(number));
      onStep?.('load');
      await Promise.race([engine.start(), stopped]);
      onStep?.('probes');
      await Promise.race([engine.rehearse(who), stopped]);
      return engine;
    } catch (error) {
      await engine.kill();
      await this.#forget(engine);
      throw error;
    } finally {
      stop.removeEventListener('abort', onStop);
    }
  }

  async #retire(old: Engine): Promise<void> {
    this.#retiring.add(old);
    let late: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => {
      late = setTimeout(() => {
        this.#options.logger.warn({ release: old.release }, 'calls to the old release are given up');
        resolve();
      }, retiresWithin);
    });
    await Promise.race([old.idle(), tooLate]);
    clearTimeout(late);
    try {
      await this.#end(old);
    } catch (error) {
      this.#options.logger.error({ err: error, release: old.release }, 'the old release did not end in good order');
    }
  }

  #end(engine: Engine): Promise<void> {
    let end = this.#ends.get(engine);
    if (end === undefined) {
      end = engine.close().then(() => this.#forget(engine));
      this.#ends.set(engine, end);
    }
    return end;
  }

  async #forget(engine: Engine): Promise<void> {
    await rm(this.#directory(this.#living.get(engine)), { recursive: true, force: true });
    this.#living.delete(engine);
    this.#ends.delete(engine);
    this.#retiring.delete(engine);
    this.#options.onChange();
  }

  #directory(number = 0): string {
    return join(this.#options.runDirectory, String(number));
  }

  /** The lowest, since the path of a socket must be short. */
  #freeNumber(): number {
    const taken = new Set(this.#living.values());
    let number = 1;
    while (taken.has(number)) number += 1;
    return number;
  }
}
