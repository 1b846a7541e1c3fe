import type { QueueClient } from '@azure/storage-queue';
import { parseSchedule, type Schedule } from '../../functions/schedule.ts';
import { UserError } from '../../service/errors.ts';
import { resolveSettings, type AppSettings } from './app-settings.ts';
import { queueService } from './connection.ts';
import type { HttpFunction } from './http.ts';
import type { Binding, RegisteredFunction, RetryOptions } from './protocol.ts';
import { parseRoute } from './routes.ts';

/** A function of the app and what triggers it, everything checked and nothing started. */
export interface Planned<Trigger> {
  readonly name: string;
  /** The name of the trigger's binding, by which the library knows its input. */
  readonly binding: string;
  readonly retry: RetryOptions | undefined;
  readonly trigger: Trigger;
}

export interface Plan {
  /** The functions as registered, with the settings put in. */
  readonly functions: readonly RegisteredFunction[];
  readonly timers: readonly Planned<{ readonly schedule: Schedule; readonly runOnStartup: boolean }>[];
  readonly queues: readonly Planned<{ readonly queue: QueueClient; readonly poison: QueueClient }>[];
  readonly http: readonly Planned<HttpFunction>[];
}

const triggers = ['timerTrigger', 'queueTrigger', 'httpTrigger'];

/**
 * Reads what the app registered.
 *
 * @throws UserError naming the function, for a binding that this host does not know, a setting that is missing, a schedule that
 * Azure refuses, a connection or a route that is none.
 */
export function plan(registered: readonly RegisteredFunction[], settings: AppSettings): Plan {
  const functions = registered.map((one) => withSettings(one, settings));
  const ofType = <T>(type: string, triggerOf: (trigger: Binding, name: string) => T): Planned<T>[] =>
    functions.flatMap(({ name, bindings, retry }) =>
      Object.entries(bindings)
        .filter(([, binding]) => binding.type === type)
        .map(([binding, trigger]) => ({ name, binding, retry, trigger: triggerOf(trigger, name) })),
    );
  return {
    functions,
    timers: ofType('timerTrigger', (trigger, name) => ({
      schedule: scheduleOf(trigger, name),
      runOnStartup: trigger.runOnStartup === true,
    })),
    queues: ofType('queueTrigger', (trigger, name) => queuesOf(trigger, name, settings)),
    http: ofType('httpTrigger', httpFunctionOf),
  };
}

/** The function with the settings put into its bindings; a connection stays the name of a setting. */
function withSettings(registered: RegisteredFunction, settings: AppSettings): RegisteredFunction {
  const where = `function ${registered.name}`;
  const bindings = Object.entries(registered.bindings).map(([name, binding]) => {
    const known = binding.direction === 'in' ? triggers : ['http'];
    if (!known.includes(binding.type)) {
      throw new UserError(`${where}: the local host does not know ${binding.type} bindings`);
    }
    const values = Object.entries(binding).map(([key, value]) => [
      key,
      typeof value === 'string' && key !== 'connection' ? resolveSettings(value, settings, `${where}: ${key}`) : value,
    ]);
    return [name, Object.fromEntries(values) as Binding];
  });
  return { ...registered, bindings: Object.fromEntries(bindings) as Record<string, Binding> };
}

function scheduleOf({ schedule }: Binding, name: string): Schedule {
  try {
    return parseSchedule(String(schedule));
  } catch (error) {
    throw new UserError(`function ${name}: ${(error as Error).message}`);
  }
}

function queuesOf({ connection, queueName }: Binding, name: string, settings: AppSettings) {
  const service = queueService(String(connection), settings, `function ${name}`);
  return {
    queue: service.getQueueClient(String(queueName)),
    poison: service.getQueueClient(`${String(queueName)}-poison`),
  };
}

function httpFunctionOf({ route, methods, authLevel }: Binding, name: string): HttpFunction {
  const level = typeof authLevel === 'string' ? authLevel.toLowerCase() : 'anonymous';
  if (level !== 'anonymous' && level !== 'function' && level !== 'admin') {
    throw new UserError(`function ${name}: authLevel is "${level}", expected anonymous, function or admin`);
  }
  return {
    name,
    route: parseRoute(typeof route === 'string' ? route : name, `function ${name}`),
    methods: (methods as string[]).map((method) => method.toUpperCase()),
    authLevel: level,
  };
}
