import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** A program that the benchmark started, known to answer. */
export interface Running {
  readonly pid: number;
  readonly url: string;
  /** Milliseconds from starting the process to its first good answer. */
  readonly startMilliseconds: number;
  stop(): Promise<void>;
}

/**
 * Starts a program and asks until it answers as it should.
 *
 * @param isReady Asked again and again; its failures count as no.
 * @throws With the program's own output when it ends before.
 */
export async function start(
  command: string,
  parameters: readonly string[],
  url: string,
  isReady: (url: string) => Promise<boolean>,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Running> {
  const started = performance.now();
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.once('error', (error) => {
    output += error.message;
  });
  while (!(await isReady(url).catch(() => false))) {
    if (child.exitCode !== null || child.pid === undefined)
      throw new Error(`${command} ended at its start:\n${output}`);
    await delay(5);
  }
  return {
    pid: child.pid ?? 0,
    url,
    startMilliseconds: performance.now() - started,
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Runs `use` while the program runs, and stops it whatever happens. */
export async function during<T>(
  running: Running | Promise<Running>,
  use: (running: Running) => Promise<T>,
): Promise<T> {
  const program = await running;
  try {
    return await use(program);
  } finally {
    await program.stop();
  }
}

/** Whether a `GET` or, with a body, a `POST` on a connection of its own is answered with 200. */
export async function answers(url: string, path: string, body?: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const response = await fetch(`${url}${path}`, body === undefined ? {} : { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status === 200;
}
