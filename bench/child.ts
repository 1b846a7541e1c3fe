import { setTimeout as delay } from 'node:timers/promises';
import { startOnLeash } from '../test/support/leash.ts';

/** A program that the benchmark started, known to answer. */
export interface Running {
  /** The root of its processes. */
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
  const { child, log, stop } = startOnLeash(command, parameters, options);
  while (!(await isReady(url).catch(() => false))) {
    if (child.exitCode !== null) throw new Error(`${command} ended at its start:\n${log()}`);
    await delay(5);
  }
  return {
    pid: child.pid ?? 0,
    url,
    startMilliseconds: performance.now() - started,
    stop,
  };
}

/** Runs `use` while the program runs, and stops it whatever happens. */
export async function during<T, R extends Running>(
  running: R | Promise<R>,
  use: (running: R) => Promise<T>,
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
