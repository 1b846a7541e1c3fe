import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

/**
 * Waits for the program, and ends it when standard input closes: that happens when we say so and, since the kernel
 * closes it, when we die, however suddenly. A background process of a shell has no input of its own, hence descriptor 3.
 */
const script = `
exec 3<&0
"$@" 3<&- </dev/null & program=$!
{ cat <&3; kill $program; } >/dev/null 2>&1 & leash=$!
exec 3<&-
wait $program; status=$?
kill $leash 2>/dev/null
exit $status`;

/** A program that can't outlive this process. */
export interface Leashed {
  /** The shell that holds the leash; the program is its child. */
  readonly child: ChildProcess;
  /** What it has printed so far, the last 64 KB of it. */
  readonly log: () => string;
  /** Sends SIGTERM, resolves when the program has ended. */
  readonly stop: () => Promise<void>;
}

/** Starts a program; one that can't be started prints so and ends. */
export function startOnLeash(command: string, parameters: readonly string[], options: SpawnOptions = {}): Leashed {
  const child = spawn('sh', ['-c', script, 'sh', command, ...parameters], { ...options, stdio: 'pipe' });
  let log = '';
  const keep = (chunk: Buffer): void => {
    log = (log + chunk.toString()).slice(-65_536);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.stdin?.on('error', () => undefined);
  const ended = once(child, 'close');
  return {
    child,
    log: () => log,
    stop: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}
