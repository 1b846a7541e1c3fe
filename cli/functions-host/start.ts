import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { UserError } from '../../service/errors.ts';
import type { Milliseconds } from '../../service/units.ts';
import { createAdmin } from './admin.ts';
import { startAppProcess, type AppProcess } from './app-process.ts';
import type { AppSettings } from './app-settings.ts';
import { systemClock, type HostClock } from './clock.ts';
import { readHostJson, type HostConfiguration } from './host-json.ts';
import { startHttp, type HostKeys } from './http.ts';
import { createInvocations, type Outcome } from './invocations.ts';
import { plan } from './plan.ts';
import type { RegisteredFunction, RpcData } from './protocol.ts';
import { startQueue } from './queue.ts';
import { startTimer, type TimerTrigger } from './timer.ts';

export interface FunctionsHostOptions {
  /** The built app: a directory with host.json, package.json and what its "main" names. */
  readonly appDir: string;
  /** The app settings. `FUNCTIONS_MASTER_KEY` and `FUNCTIONS_KEY` are the host's keys, drawn when absent; the app does not get them. */
  readonly settings: AppSettings;
  readonly logger: Logger;
  readonly clock?: HostClock;
  /** The loopback port of the HTTP functions; a free one when absent or 0. */
  readonly port?: number;
}

export interface FunctionsHost {
  /** Where HTTP functions answer, `http://127.0.0.1:7071`; they are below `/api/`. */
  readonly url: string;
  readonly keys: HostKeys;
  /** The functions that the app registered, `%SETTING%`s resolved. */
  readonly functions: readonly RegisteredFunction[];
  /**
   * Runs a timer or queue function now and waits for it. `input` is the message of a queue function: text, or a value that is sent
   * as JSON. Never rejects because the function failed: the outcome says so.
   *
   * @throws UserError when there is no such function, or when it is an HTTP function, which answers at its URL.
   */
  invoke(name: string, input?: unknown): Promise<Outcome>;
  /** Settles with how, when the app's process has ended by itself: nothing runs any more. Never after `close`. */
  readonly ended: Promise<string>;
  /** Starts nothing new, gives what runs `grace` to finish, and ends the app's process. */
  close(grace?: Milliseconds): Promise<void>;
}

const defaultGrace: Milliseconds = 10_000;
const graceToExit: Milliseconds = 10_000;

/**
 * Runs a built Azure Functions app on this machine, unmodified, in a process of its own: its timers, its storage queue triggers
 * and its HTTP functions. docs/functions.md says where this differs from Azure.
 *
 * @throws UserError when the app does not load or registers nothing, when it has a binding that this host does not know, when a
 * setting that a binding names is missing, when a schedule is one that Azure refuses, or when the port is taken.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { settings, logger, clock = systemClock, port = 0 } = options;
  const appDir = resolve(options.appDir);
  const configuration = await readHostJson(appDir, settings);
  const { FUNCTIONS_MASTER_KEY, FUNCTIONS_KEY, ...environment } = settings;
  const keys: HostKeys = { master: FUNCTIONS_MASTER_KEY ?? drawKey(), function: FUNCTIONS_KEY ?? drawKey() };
  const app = await startAppProcess(
    appDir,
    { FUNCTIONS_WORKER_RUNTIME: 'node', AZURE_FUNCTIONS_ENVIRONMENT: 'Development', ...environment },
    logger,
  );
  try {
    if (app.functions.length === 0) throw new UserError(`the functions app in ${appDir} registers no function`);
    return await startTriggers({ app, configuration, keys, settings, logger, clock, port });
  } catch (error) {
    await app.stop(graceToExit);
    throw error;
  }
}

interface Parts {
  readonly app: AppProcess;
  readonly configuration: HostConfiguration;
  readonly keys: HostKeys;
  readonly settings: AppSettings;
  readonly logger: Logger;
  readonly clock: HostClock;
  readonly port: number;
}

async function startTriggers({
  app,
  configuration,
  keys,
  settings,
  logger,
  clock,
  port,
}: Parts): Promise<FunctionsHost> {
  const planned = plan(app.functions, settings);
  const invocations = createInvocations(app, logger, (duration) => sleep(duration));
  const bindings = new Map([...planned.timers, ...planned.queues].map(({ name, binding }) => [name, binding]));
  const timers = new Map<string, TimerTrigger>();

  const invoke = async (name: string, input?: unknown): Promise<Outcome> => {
    const binding = bindings.get(name);
    if (binding === undefined) {
      const isHttp = planned.http.some((one) => one.name === name);
      const names = planned.functions.map((one) => one.name).join(', ');
      throw new UserError(
        isHttp ? `${name} is an HTTP function: call it at its URL` : `no function ${name}; there are ${names}`,
      );
    }
    const text = typeof input === 'string' ? input : JSON.stringify(input ?? null);
    const data = timers.get(name)?.data() ?? { string: text };
    return (await invocations.run({ function: name, binding, data })).outcome;
  };

  const http = await startHttp({
    functions: planned.http.map(({ trigger }) => trigger),
    routePrefix: configuration.routePrefix,
    keys,
    port,
    async run(name, request, traceparent) {
      const { binding } = planned.http.find((one) => one.name === name) as { binding: string };
      const data: RpcData = { http: request };
      const { outcome, returned } = await invocations.run({
        function: name,
        binding,
        data,
        ...(traceparent && { traceparent }),
      });
      return outcome.ok ? (returned ?? null) : undefined;
    },
    admin: createAdmin({ functions: planned.functions, invoke }),
  });
  for (const { name, binding, retry, trigger } of planned.timers) {
    const run = (data: RpcData) => invocations.runWithRetries({ function: name, binding, data }, retry);
    timers.set(name, startTimer(trigger, run, clock));
  }
  const queues = planned.queues.map(({ name, binding, trigger }) =>
    startQueue({
      ...trigger,
      options: configuration.queues,
      run: async (message) => (await invocations.run({ function: name, binding, ...message })).outcome.ok,
      clock,
      logger: logger.child({ function: name }),
    }),
  );

  let closing = false;
  return {
    url: http.url,
    keys,
    functions: planned.functions,
    invoke,
    ended: app.ended.then((how) => (closing ? new Promise<never>(() => {}) : how)),
    async close(grace = defaultGrace) {
      closing = true;
      for (const timer of timers.values()) timer.stop();
      const finished = Promise.all([http.stop(), ...queues.map((queue) => queue.stop()), invocations.idle()]);
      await Promise.race([finished, sleep(grace, undefined, { ref: false })]);
      await app.stop(graceToExit);
      http.cut();
      await finished;
    },
  };
}

function drawKey(): string {
  return randomBytes(32).toString('base64url');
}
