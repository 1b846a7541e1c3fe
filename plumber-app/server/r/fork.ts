import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Milliseconds } from '../../../service/units.ts';
import { Fifo } from './fifo.ts';
import type { Launcher, LauncherOptions, LoadedApi, WorkerProcess } from './launcher.ts';
import { decoded, RProcess } from './process.ts';

/** A forked worker has nothing to load: how long it may take until it listens, on the most crowded machine. */
const startsWithin: Milliseconds = 60_000;

/** Loading the API has opened network connections: forked workers would share them, and read each other's answers. */
export class Unforkable extends Error {
  override name = 'Unforkable';
  readonly sockets: number;

  constructor(sockets: number) {
    super(`the R host holds ${sockets} network connections`);
    this.sockets = sockets;
  }
}

/** A worker between the command to fork it and its word that it listens. */
interface Birth {
  readonly log: Fifo;
  pid: number | undefined;
  resolve(pid: number): void;
  reject(error: Error): void;
}

/**
 * The R host: one R process that has loaded the API and forks the workers, which share its memory. It starts with the
 * first worker and again, when it has died, with the next one. Its workers die with it.
 */
export class ForkingHost implements Launcher {
  readonly #options: LauncherOptions;
  readonly #births = new Map<string, Birth>();
  #host: Promise<RProcess> | undefined;
  #hosts = 0;
  #closed = false;
  api: LoadedApi | undefined;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  /** As `Launcher` says. @throws Unforkable when the loaded API cannot be shared */
  async launch(name: string, seed: 'keep' | 'new'): Promise<WorkerProcess> {
    const host = await (this.#host ??= this.#start());
    this.api = await host.loaded;
    if (this.api.sockets > 0) throw new Unforkable(this.api.sockets);
    const socketPath = join(this.#options.runDirectory, name);
    const logger = this.#options.logger.child({ worker: name });
    const log = await Fifo.make(`${socketPath}.log`, (line) => logger.info(line));
    const gone = log.ended.then(async () => {
      await Promise.all([log.path, socketPath].map((path) => unlink(path).catch(() => undefined)));
    });
    let tooLong: NodeJS.Timeout | undefined;
    try {
      const pid = await new Promise<number>((resolve, reject) => {
        tooLong = setTimeout(() => reject(new Error(`${name} did not start in time`)), startsWithin);
        if (this.#closed) reject(new Error('the R host is closed'));
        this.#births.set(name, { log, pid: undefined, resolve, reject });
        void host.exited.then(() => reject(new Error('the R host died')));
        void gone.then(() => reject(new Error(`${name} died before it could answer`)));
        host.command('fork', name, socketPath, log.path, seed);
      });
      log.opened();
      return { name, pid, socketPath, gone, kill: () => kill(pid) };
    } catch (error) {
      const pid = this.#births.get(name)?.pid;
      if (pid !== undefined) kill(pid);
      log.close();
      throw error;
    } finally {
      clearTimeout(tooLong);
      this.#births.delete(name);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const host = await this.#host?.catch(() => undefined);
    await host?.end();
  }

  async kill(): Promise<void> {
    this.#closed = true;
    const host = await this.#host?.catch(() => undefined);
    host?.kill();
    await host?.exited;
  }

  async #start(): Promise<RProcess> {
    const name = this.#hosts++ === 0 ? 'host' : `host-${this.#hosts}`;
    const starting = RProcess.start({
      ...this.#options,
      mode: 'fork',
      name,
      onEvent: (event, fields) => this.#onEvent(event, fields),
    });
    const forget = () => (this.#host = undefined);
    starting.then(({ exited }) => exited.then(forget), forget);
    return starting;
  }

  #onEvent(event: string, [name = '', field]: readonly string[]): void {
    const birth = this.#births.get(name);
    if (event === 'forked' && birth !== undefined) birth.pid = Number(field);
    else if (event === 'started') birth?.log.opened();
    else if (event === 'ready') birth?.resolve(Number(field));
    else if (event === 'unforked') birth?.reject(new Error(`R cannot fork: ${decoded(field)}`));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
