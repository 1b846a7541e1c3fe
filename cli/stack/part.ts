import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { UserError } from '../../service/errors.ts';
import type { Milliseconds } from '../../service/units.ts';
import type { FromPart, ToPart } from './part-protocol.ts';

/** How long a part may take to finish what it has in hand before it is killed. */
const graceToStop: Milliseconds = 30_000;
const linesKept = 20;

/** One started part of the local stack: a process of its own. */
export interface Part<Ready> {
  readonly name: string;
  /** What the part said when it was ready: its addresses. */
  readonly ready: Ready;
  /** Settles when the process has ended, with a message that holds its last log lines. */
  readonly ended: Promise<string>;
  /** Sends the part a request and returns its answer. */
  ask<Answer>(request: unknown): Promise<Answer>;
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

/**
 * Starts `entry` (a module that calls `runPart`) with its options and waits until it is ready. What it prints goes to
 * `logFile`. The process ends when this one does, however this one ends: its channel closes.
 *
 * @throws UserError when the part fails to start, with its own message or its last log lines.
 */
export async function startPart<Options, Ready>(
  name: string,
  entry: URL,
  options: Options,
  logFile: string,
): Promise<Part<Ready>> {
  const child = fork(entry, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true, execArgv: [] });
  const lastLines = keepLog(child, logFile);
  const ended = once(child, 'close').then(() => {
    const how = child.signalCode ?? `code ${child.exitCode}`;
    return [`${name} ended (${how})`, ...lastLines].join('\n  ');
  });
  const waiting = new Map<number, (answer: FromPart) => void>();
  const started = new Promise<Ready>((resolve, reject) => {
    child.on('message', (message: FromPart) => {
      if (message.type === 'ready') resolve(message.ready as Ready);
      else if (message.type === 'failed') reject(failure(name, message));
      else waiting.get(message.id)?.(message);
    });
    void ended.then((why) => {
      const error = new UserError(`${why}\n  (the whole log: ${logFile})`);
      reject(error);
      for (const settle of waiting.values()) settle({ type: 'answer', id: 0, error: error.message });
    });
  });
  child.send({ type: 'start', options } satisfies ToPart);
  const ready = await started.catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });

  let asked = 0;
  return {
    name,
    ready,
    ended,
    kill: () => child.kill('SIGKILL'),
    async ask<Answer>(request: unknown) {
      const id = ++asked;
      const answer = new Promise<FromPart>((resolve) => waiting.set(id, resolve));
      child.send({ type: 'ask', id, request } satisfies ToPart);
      const message = await answer.finally(() => waiting.delete(id));
      if (message.type === 'answer' && message.error !== undefined) throw new UserError(message.error);
      return (message as { answer: Answer }).answer;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const timer = setTimeout(() => child.kill('SIGKILL'), graceToStop);
      if (child.connected) child.send({ type: 'stop' } satisfies ToPart);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Writes what the child prints to its log file and keeps the last lines, for the message when it fails. */
function keepLog(child: ChildProcess, logFile: string): string[] {
  const last: string[] = [];
  const file = createWriteStream(logFile);
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      file.write(`${line}\n`);
      last.push(line);
      if (last.length > linesKept) last.shift();
    });
  }
  child.once('close', () => file.end());
  return last;
}

function failure(name: string, { message, mistake }: { message: string; mistake: boolean }): Error {
  return mistake ? new UserError(message) : new Error(`${name} failed to start: ${message}`);
}
