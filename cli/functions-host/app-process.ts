import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Logger } from 'pino';
import { UserError } from '../../service/errors.ts';
import type { Milliseconds } from '../../service/units.ts';
import type { Ended, FromWorker, Invocation, LogLevel, RegisteredFunction, ToWorker } from './protocol.ts';

/** The app, loaded in a process of its own. */
export interface AppProcess {
  readonly functions: readonly RegisteredFunction[];
  /** Settles when the process has ended, with how. */
  readonly ended: Promise<string>;
  /** Runs a function and returns how it ended; `onLog` gets what it logs meanwhile. Never rejects. */
  invoke(invocation: Invocation, onLog: (level: LogLevel, message: string) => void): Promise<Ended>;
  /** Lets the app end by itself, and kills it when it has not within `grace`. */
  stop(grace: Milliseconds): Promise<void>;
}

/** What the app gets besides its settings: enough to start Node.js. */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

/**
 * Starts Node.js on the built app in `appDir` and waits until it has registered its functions. The process has the given
 * environment and nothing of ours, and ends when this process is gone: its channel closes.
 *
 * @throws UserError when the app cannot be loaded, with its own message.
 */
export async function startAppProcess(
  appDir: string,
  environment: Readonly<Record<string, string>>,
  logger: Logger,
): Promise<AppProcess> {
  const own = inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const child = fork(new URL('worker.ts', import.meta.url), [], {
    env: { ...(Object.fromEntries(own) as Record<string, string>), ...environment },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    detached: true,
  });
  for (const [stream, level] of [
    [child.stdout, 'info'],
    [child.stderr, 'warn'],
  ] as const) {
    if (stream) createInterface({ input: stream }).on('line', (line) => logger[level](line));
  }
  const ended = once(child, 'close').then(
    () => `the functions app ended (${child.signalCode ?? `code ${child.exitCode}`})`,
  );
  const running = new Map<
    string,
    { settle: (ended: Ended) => void; onLog: (level: LogLevel, message: string) => void }
  >();
  const send = (message: ToWorker) => child.send(message, () => undefined);

  const functions = await new Promise<readonly RegisteredFunction[]>((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if (message.type === 'loaded') resolve(message.functions);
      else if (message.type === 'refused')
        reject(new UserError(`the functions app in ${appDir} does not load: ${message.message}`));
      else if (message.type === 'log') running.get(message.invocation)?.onLog(message.level, message.message);
      else running.get(message.invocation)?.settle(message.ended);
    });
    child.on('error', reject);
    void ended.then((how) => reject(new UserError(`the functions app in ${appDir} does not load: ${how}`)));
    send({ type: 'load', appDir });
  }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  void ended.then((message) => {
    for (const { settle } of running.values()) settle({ ok: false, message });
  });

  return {
    functions,
    ended,
    async invoke(invocation, onLog) {
      if (!child.connected) return { ok: false, message: await ended };
      const result = new Promise<Ended>((settle) => running.set(invocation.id, { settle, onLog }));
      send({ type: 'invoke', invocation });
      return result.finally(() => running.delete(invocation.id));
    },
    async stop(grace) {
      if (child.exitCode === null && child.signalCode === null) {
        const timer = setTimeout(() => child.kill('SIGKILL'), grace);
        if (child.connected) send({ type: 'stop' });
        await ended;
        clearTimeout(timer);
      }
    },
  };
}
