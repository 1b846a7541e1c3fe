import type { ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { run } from './process.ts';

/** How every container is run, as a pod is: nothing may be written, no capability, no new privilege, not root. */
const locked = ['--network', 'host', '--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--user', '10001'];
const noNewPrivileges = ['--security-opt', 'no-new-privileges'];

export interface ContainerOptions {
  /** More options of `docker run`. */
  readonly options?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What comes after the image. */
  readonly args?: readonly string[];
}

/** A container that serves. */
export interface Container {
  readonly id: string;
  readonly port: number;
  readonly adminPort: number;
  /** Every line that it has logged. */
  readonly lines: readonly string[];
  /** Settles to its exit code. */
  readonly ended: Promise<number>;
  inspect(format: string): Promise<string>;
  /** Runs a shell command in it. */
  exec(script: string): Promise<string>;
  /** What runs in it, seen from within: zombies too, which the engine does not list. */
  processes(): Promise<{ pid: number; state: string; command: string }[]>;
}

interface Serving {
  readonly msg?: string;
  readonly url?: string;
  readonly admin?: string;
}

/** Runs an image on free ports until the test ends. Resolves when it serves; rejects with its log when it ends before. */
export async function startContainer(
  t: ExecutionContext,
  image: string,
  { options = [], environment = {}, args = [] }: ContainerOptions = {},
): Promise<Container> {
  const variables = Object.entries({ PENSTOCK_PORT: '0', PENSTOCK_ADMIN_PORT: '0', ...environment });
  const env = variables.flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const id = await run('docker', [
    'run',
    '--detach',
    ...locked,
    ...noNewPrivileges,
    ...options,
    ...env,
    image,
    ...args,
  ]);
  t.teardown(() => run('docker', ['rm', '--force', '--volumes', id]));

  const lines: string[] = [];
  const follow = spawn('docker', ['logs', '--follow', id], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => follow.kill());
  const serving = Promise.withResolvers<Serving>();
  for (const stream of [follow.stdout, follow.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      const event = line.startsWith('{') ? (JSON.parse(line) as Serving) : {};
      if (event.msg === 'serving') serving.resolve(event);
    });
  }
  const ended = run('docker', ['wait', id]).then(Number);
  ended.then(
    (code) => serving.reject(new Error(`the container ended with ${code}:\n${lines.join('\n')}`)),
    (error: Error) => serving.reject(error),
  );
  const { url = '', admin = '' } = await serving.promise;
  return {
    id,
    port: Number(new URL(url).port),
    adminPort: Number(new URL(admin).port),
    lines,
    ended,
    inspect: (format) => run('docker', ['inspect', '--format', format, id]),
    exec: (script) => run('docker', ['exec', id, 'sh', '-c', script]),
    processes: async () => {
      const table = await run('docker', ['exec', id, 'ps', '-eo', 'pid,stat,args']);
      return table
        .split('\n')
        .slice(1)
        .map((line) => {
          const [pid = '', state = '', ...command] = line.trim().split(/\s+/);
          return { pid: Number(pid), state, command: command.join(' ') };
        });
    },
  };
}

/** Runs a shell script in an image of ours, and says what it prints. */
export function inImage(image: string, script: string): Promise<string> {
  return run('docker', ['run', '--rm', '--network', 'none', '--entrypoint', '/bin/sh', image, '-c', script]);
}
