import { ForkingHost, Unforkable } from './fork.ts';
import type { Launcher, LauncherOptions, LoadedApi, WorkerProcess } from './launcher.ts';
import { Spawner } from './spawn.ts';

/** Forks workers from one R process, unless loading the API turns out to open connections: then each worker loads it. */
export class ForkOrSpawn implements Launcher {
  readonly #options: LauncherOptions;
  readonly #host: ForkingHost;
  readonly #spawner: Spawner;
  #isForking = true;

  constructor(options: LauncherOptions) {
    this.#options = options;
    this.#host = new ForkingHost(options);
    this.#spawner = new Spawner(options);
  }

  get api(): LoadedApi | undefined {
    return this.#spawner.api ?? this.#host.api;
  }

  async launch(name: string, seed: 'keep' | 'new'): Promise<WorkerProcess> {
    if (this.#isForking) {
      try {
        return await this.#host.launch(name, seed);
      } catch (error) {
        if (!(error instanceof Unforkable)) throw error;
        await this.#giveUpForking(error.sockets);
      }
    }
    return this.#spawner.launch(name);
  }

  async close(): Promise<void> {
    await Promise.all([this.#host.close(), this.#spawner.close()]);
  }

  async kill(): Promise<void> {
    await Promise.all([this.#host.kill(), this.#spawner.kill()]);
  }

  /** Ends the host before the first worker loads: what it holds (a port, a lock) may be had only once. */
  async #giveUpForking(sockets: number): Promise<void> {
    if (this.#isForking) {
      this.#isForking = false;
      this.#options.logger.warn(
        { sockets },
        'loading the API opens network connections, which forked workers would share: each worker loads it for itself',
      );
    }
    await this.#host.kill();
  }
}
