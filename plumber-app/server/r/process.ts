import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../service/errors.ts';
import { Fifo } from './fifo.ts';
import type { ApiRoute, LauncherOptions, LoadedApi } from './launcher.ts';
import { Lines } from './lines.ts';

const hostScript = join(import.meta.dirname, '../../R/host.R');
/** How many of its last lines of output an R process that dies while loading is quoted with. */
const quotedLines = 12;

export interface RProcessOptions extends LauncherOptions {
  readonly mode: 'fork' | 'spawn';
  /** Tags the log lines of what it prints, and names its events' pipe. */
  readonly name: string;
  readonly args?: readonly string[];
  /** An event other than those of loading: its name and fields. */
  readonly onEvent: (event: string, fields: readonly string[]) => void;
}

/**
 * An R process that runs `host.R` in the API's directory, in a process group of its own: a Ctrl-C at our terminal does
 * not reach it, and whatever it starts ends with it.
 */
export class RProcess {
  /** Also the number of its process group. */
  readonly pid: number;
  /** The API, when it is loaded. Rejects with a UserError that holds R's message when it cannot be. */
  readonly loaded: Promise<LoadedApi>;
  /** Settles when it and its whole group are gone. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;

  static async start(options: RProcessOptions): Promise<RProcess> {
    const path = join(options.runDirectory, `${options.name}.events`);
    let receive: (line: string) => void = () => undefined;
    const events = await Fifo.make(path, (line) => receive(line));
    const child = spawn('R', ['--no-echo', '--no-restore', `--file=${hostScript}`], {
      cwd: options.directory,
      env: { ...options.env, PENSTOCK_R_COMMAND: [options.mode, path, ...(options.args ?? [])].join('\t') },
      detached: true,
      stdio: [options.mode === 'fork' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    try {
      await once(child, 'spawn');
    } catch (error) {
      events.close();
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new UserError(
        'R is not on the PATH: install R 4.2 or newer with the package plumber, or add it to the PATH',
      );
    }
    return new RProcess(child, events, options, (handler) => (receive = handler));
  }

  private constructor(
    child: ChildProcess,
    events: Fifo,
    { directory, name, logger, watchdog, onEvent }: RProcessOptions,
    receiveWith: (handler: (line: string) => void) => void,
  ) {
    this.#child = child;
    this.pid = child.pid as number;
    watchdog.guard(this.pid);

    const lastLines: string[] = [];
    const print = (line: string) => {
      logger.info({ worker: name }, line);
      if (lastLines.push(line) > quotedLines) lastLines.shift();
    };
    for (const stream of [child.stdout, child.stderr]) {
      const lines = new Lines(print);
      stream?.on('data', (bytes: Buffer) => lines.write(bytes)).on('end', () => lines.end());
    }
    child.stdin?.on('error', () => undefined);

    const { promise, resolve, reject } = Promise.withResolvers<LoadedApi>();
    promise.catch(() => undefined);
    this.loaded = promise;
    const routes: ApiRoute[] = [];
    let sockets = 0;
    receiveWith((line) => {
      const [event = '', ...fields] = line.split('\t');
      if (event === 'route') routes.push({ methods: fields[0]?.split(',') ?? [], path: decoded(fields[1]) });
      else if (event === 'sockets') sockets = Number(fields[0]);
      else if (event === 'loaded') resolve({ routes, versions: fields.map(decoded), sockets });
      else if (event === 'failed')
        reject(new UserError(`R cannot load the API in ${directory}:\n${decoded(fields[0])}`));
      else onEvent(event, fields);
    });

    this.exited = once(child, 'exit').then(async ([code, signal]) => {
      this.kill();
      watchdog.forget(this.pid);
      // Only now, with every writer dead, has everything been read that they wrote.
      events.opened();
      await events.ended;
      await unlink(events.path).catch(() => undefined);
      const how = signal === null ? `exited with code ${code as number}` : `was killed by ${signal as string}`;
      reject(new UserError([`R ${how} while it loaded the API in ${directory}`, ...lastLines].join('\n')));
    });
  }

  /** Writes a command to its stdin. */
  command(...fields: readonly string[]): void {
    this.#child.stdin?.write(`${fields.join('\t')}\n`);
  }

  /** Lets a host that waits for a command end by itself (it sees end-of-file), and kills what is left after a while. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.kill(), 2000);
    await this.exited;
    clearTimeout(timer);
  }

  /** Kills it with its group. */
  kill(): void {
    killGroup(this.pid);
  }
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Undoes `encoded` of events.R. */
export function decoded(field: string | undefined): string {
  return Buffer.from((field ?? '').replaceAll('%', ''), 'hex').toString();
}
