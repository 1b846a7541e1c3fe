import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Milliseconds } from '../../service/units.ts';
import type { AppProcess } from './app-process.ts';
import type { Ended, LogLevel, RetryOptions, RpcData } from './protocol.ts';

/** How one invocation ended. */
export interface Outcome {
  readonly function: string;
  readonly invocationId: string;
  readonly ok: boolean;
  /** The message of the error that the function threw. */
  readonly error?: string;
  /** What the function returned, where it is no HTTP function. */
  readonly result?: unknown;
  readonly logs: readonly { readonly level: LogLevel; readonly message: string }[];
  readonly duration: Milliseconds;
}

/** What a trigger hands over. */
export interface Trigger {
  readonly function: string;
  readonly binding: string;
  readonly data: RpcData;
  readonly metadata?: Readonly<Record<string, RpcData>>;
  /** The caller's `traceparent`; a new trace without one. */
  readonly traceparent?: string;
  readonly retry?: { readonly count: number; readonly max: number };
}

export interface Invocations {
  /** Runs a function once. Rejects never: an outcome says what went wrong. */
  run(trigger: Trigger): Promise<{ readonly outcome: Outcome; readonly returned: RpcData | null | undefined }>;
  /** Runs a function, and again as its retry policy says. */
  runWithRetries(trigger: Trigger, policy: RetryOptions | undefined): Promise<Outcome>;
  /** Settles when nothing runs any more. */
  idle(): Promise<void>;
}

const pinoLevel: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'> = {
  trace: 'trace',
  debug: 'debug',
  information: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
  none: 'silent',
};

export function createInvocations(
  app: Pick<AppProcess, 'invoke'>,
  logger: Logger,
  pause: (duration: Milliseconds) => Promise<void>,
): Invocations {
  const running = new Set<Promise<unknown>>();

  const run: Invocations['run'] = async (trigger) => {
    const id = randomUUID();
    const tagged = logger.child({ function: trigger.function, invocation: id });
    const logs: { level: LogLevel; message: string }[] = [];
    const start = performance.now();
    tagged.debug('started');
    const call = app.invoke(
      {
        id,
        function: trigger.function,
        input: { name: trigger.binding, data: trigger.data },
        metadata: trigger.metadata ?? {},
        traceparent:
          trigger.traceparent ?? `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
        ...(trigger.retry && { retry: trigger.retry }),
      },
      (level, message) => {
        logs.push({ level, message });
        tagged[pinoLevel[level]](message);
      },
    );
    running.add(call);
    const ended = await call.finally(() => running.delete(call));
    const duration = Math.round(performance.now() - start);
    if (ended.ok) tagged.info({ duration }, 'succeeded');
    else tagged.error({ duration, stack: ended.stack }, `failed: ${ended.message}`);
    return {
      outcome: {
        function: trigger.function,
        invocationId: id,
        ok: ended.ok,
        ...(!ended.ok && { error: ended.message }),
        ...resultOf(ended),
        logs,
        duration,
      },
      returned: ended.ok ? ended.returned : undefined,
    };
  };

  return {
    run,
    async runWithRetries(trigger, policy) {
      const max = policy?.maxRetryCount ?? 0;
      for (let count = 0; ; count++) {
        const { outcome } = await run({ ...trigger, ...(policy && { retry: { count, max } }) });
        if (outcome.ok || !policy || (max >= 0 && count >= max)) return outcome;
        await pause(pauseBefore(count, policy));
      }
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

function pauseBefore(retry: number, policy: RetryOptions): Milliseconds {
  if (policy.strategy === 'fixedDelay') return policy.delaySeconds * 1000;
  return Math.min(policy.minimumSeconds * 2 ** retry, policy.maximumSeconds) * 1000;
}

function resultOf(ended: Ended): { result?: unknown } {
  const data = ended.ok ? ended.returned : undefined;
  if (!data || data.http) return {};
  if (data.json !== undefined) return { result: JSON.parse(data.json) as unknown };
  const result = data.string ?? data.int ?? data.double;
  return result === undefined ? {} : { result };
}
