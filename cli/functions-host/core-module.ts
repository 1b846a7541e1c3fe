import Module from 'node:module';
import type { Binding, Invocation, LogLevel, RegisteredFunction, RetryOptions, RpcData } from './protocol.ts';

/** What `@azure/functions` registers for a function, as it calls `registerFunction`. */
interface CoreMetadata {
  readonly name: string;
  readonly bindings: Record<string, Binding>;
  readonly retryOptions?: {
    readonly retryStrategy: RetryOptions['strategy'];
    readonly maxRetryCount: number;
    readonly delayInterval?: { readonly seconds?: number };
    readonly minimumInterval?: { readonly seconds?: number };
    readonly maximumInterval?: { readonly seconds?: number };
  };
}

export type Handler = (...inputs: unknown[]) => unknown;

/** What the library is given for one invocation. */
export interface CoreContext {
  readonly invocationId: string;
  readonly metadata: { readonly name: string; readonly bindings: Record<string, Binding> };
  readonly request: {
    readonly inputData: readonly { readonly name: string; readonly data: RpcData }[];
    readonly triggerMetadata: Invocation['metadata'];
    readonly traceContext: { readonly traceParent: string };
    readonly retryContext?: { readonly retryCount: number; readonly maxRetryCount: number };
  };
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log(level: LogLevel, category: 'user' | 'system', message: string): void;
}

/** The library's own way to run a function: convert the inputs, call, convert what came back. */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: Handler): Promise<unknown>;
  getResponse(
    context: unknown,
    result: unknown,
  ): Promise<{ returnValue?: RpcData | null; outputData?: { name: string; data: RpcData }[] }>;
}

interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: CoreContext): InvocationModel;
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

/** The app as it registered itself. */
export interface App {
  readonly functions: ReadonlyMap<string, { readonly registered: RegisteredFunction; readonly handler: Handler }>;
  readonly model: () => ProgrammingModel | undefined;
  /** Runs the hooks of a name one after the other, as they were registered. */
  readonly runHooks: (name: string, context: object) => Promise<void>;
}

/**
 * Provides `@azure/functions-core`, the module that Azure's Node.js worker provides and that no package holds, and returns what
 * the app registers through it. To be called before the app is loaded: the library looks the module up once.
 *
 * Azure's worker answers the `require` of that name in the same way, so a bundle that is found here is found there.
 */
export function provideCoreModule(): App {
  const functions = new Map<string, { registered: RegisteredFunction; handler: Handler }>();
  const hooks = new Map<string, ((context: object) => unknown)[]>();
  let model: ProgrammingModel | undefined;

  // It has no `log`: `enableHttpStream`, with which the library listens on all interfaces, then throws.
  const core = {
    version: '3.12.0',
    hostVersion: '4.1040.0',
    setProgrammingModel(given: ProgrammingModel) {
      model = given;
    },
    getProgrammingModel: () => model,
    registerFunction({ name, bindings, retryOptions }: CoreMetadata, handler: Handler) {
      if (functions.has(name)) throw new Error(`A function with the name "${name}" has already been registered.`);
      functions.set(name, { registered: { name, bindings, ...retryOf(retryOptions) }, handler });
      return disposable(() => functions.delete(name));
    },
    registerHook(name: string, hook: (context: object) => unknown) {
      const registered = hooks.get(name) ?? [];
      hooks.set(name, [...registered, hook]);
      return disposable(() => {
        hooks.set(
          name,
          (hooks.get(name) ?? []).filter((other) => other !== hook),
        );
      });
    },
  };

  const prototype = Module.prototype as unknown as { require: (this: unknown, id: string) => unknown };
  const originalRequire = prototype.require;
  prototype.require = function (id) {
    return id === '@azure/functions-core' ? core : originalRequire.call(this, id);
  };

  return {
    functions,
    model: () => model,
    async runHooks(name, context) {
      for (const hook of hooks.get(name) ?? []) await hook(context);
    },
  };
}

function disposable(dispose: () => unknown) {
  return { dispose: () => void dispose() };
}

function retryOf(options: CoreMetadata['retryOptions']): { retry?: RetryOptions } {
  if (!options) return {};
  return {
    retry: {
      strategy: options.retryStrategy,
      maxRetryCount: options.maxRetryCount,
      delaySeconds: options.delayInterval?.seconds ?? 0,
      minimumSeconds: options.minimumInterval?.seconds ?? 0,
      maximumSeconds: options.maximumInterval?.seconds ?? 0,
    },
  };
}
