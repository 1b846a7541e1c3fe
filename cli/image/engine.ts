import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { UserError } from '../../service/errors.ts';

/** The container engine, through its command line: it knows about contexts, remote engines and credential helpers. */
export class Engine {
  readonly #program: string;
  readonly #env: NodeJS.ProcessEnv;

  /** @param program `docker`, or one that takes the same arguments */
  constructor(program = 'docker', env: NodeJS.ProcessEnv = process.env) {
    this.#program = program;
    this.#env = env;
  }

  /** The same engine, seen with these variables as well. */
  with(env: NodeJS.ProcessEnv): Engine {
    return new Engine(this.#program, { ...this.#env, ...env });
  }

  /** What a command prints on standard output. @throws UserError with what it prints on standard error when it fails */
  async ask(...args: readonly string[]): Promise<string> {
    const child = spawn(this.#program, args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [, stdout, stderr] = await Promise.all([this.#end(child), text(child.stdout), text(child.stderr)]);
    if (child.exitCode !== 0) throw new UserError(`${this.#named(args)} failed:\n${stderr.trim()}`);
    return stdout.trim();
  }

  /** Runs a command whose output people want to see: it goes to standard error. @throws UserError when it fails */
  async show(...args: readonly string[]): Promise<void> {
    const child = spawn(this.#program, args, { env: this.#env, stdio: ['ignore', process.stderr, process.stderr] });
    await this.#end(child);
    if (child.exitCode !== 0) throw new UserError(`${this.#named(args)} failed; its own words stand above`);
  }

  async #end(child: ReturnType<typeof spawn>): Promise<void> {
    try {
      await once(child, 'close');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new UserError(
        `${this.#program} is not on the PATH: install Docker (Debian: apt-get install docker.io), or name another engine with --engine`,
      );
    }
  }

  #named(args: readonly string[]): string {
    return `${this.#program} ${args.slice(0, 2).join(' ')}`;
  }
}
