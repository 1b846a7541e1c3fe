import { startFunctionsHost } from '../../functions-host/start.ts';
import { runPart } from '../run-part.ts';

export interface FunctionsPartOptions {
  readonly appDir: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly port: number;
}

export interface FunctionsReady {
  readonly url: string;
  /** The names of the registered functions. */
  readonly functions: readonly string[];
}

/** A request to this part: run a function now. It answers with the function's outcome. */
export interface Invoke {
  readonly invoke: string;
  readonly input?: unknown;
}

runPart<FunctionsPartOptions>(async (options, logger) => {
  const host = await startFunctionsHost({ ...options, logger });
  void host.ended.then((how) => logger.fatal(`the functions app ended: ${how}`)).then(() => process.exit(1));
  const functions = host.functions.map(({ name }) => name);
  return {
    ready: { url: host.url, functions } satisfies FunctionsReady,
    answer: ({ invoke, input }: Invoke) => host.invoke(invoke, input),
    close: () => host.close(),
  };
});
