import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launcher, LauncherOptions, LoadedApi, WorkerProcess } from './launcher.ts';
import { RProcess } from './process.ts';

/** Starts every worker as an R process of its own, for models whose threads or handles do not survive a fork. */
export class Spawner implements Launcher {
  readonly #options: LauncherOptions;
  readonly #living = new Set<RProcess>();
  #closed = false;
  api: LoadedApi | undefined;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  async launch(name: string): Promise<WorkerProcess> {
    const socketPath = join(this.#options.runDirectory, name);
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    const started = await RProcess.start({
      ...this.#options,
      mode: 'spawn',
      name,
      args: [socketPath],
      onEvent: (event) => event === 'ready' && resolve(),
    });
    this.#living.add(started);
    if (this.#closed) started.kill();
    const gone = started.exited.then(async () => {
      this.#living.delete(started);
      await unlink(socketPath).catch(() => undefined);
    });
    this.api = await started.loaded;
    const died = gone.then(() => Promise.reject(new Error(`${name} died before it could answer`)));
    await Promise.race([ready, died]);
    return { name, pid: started.pid, socketPath, gone, kill: () => started.kill() };
  }

  close(): Promise<void> {
    return this.kill();
  }

  async kill(): Promise<void> {
    this.#closed = true;
    const living = [...this.#living];
    for (const each of living) each.kill();
    await Promise.all(living.map(({ exited }) => exited));
  }
}
