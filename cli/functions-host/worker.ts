import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { provideCoreModule, type App, type CoreContext } from './core-module.ts';
import type { Ended, FromWorker, Invocation, RpcData, ToWorker } from './protocol.ts';

/**
 * The process that runs the app, as Azure's Node.js worker does: it loads the entry files that package.json names and runs what
 * the host asks for through the library's own model. It ends when the host is gone, however that ended.
 */
const app = provideCoreModule();
const appHookData = {};

process.once('disconnect', () => process.exit(0));
process.on('message', (message: ToWorker) => {
  if (message.type === 'load') void loadAndReport(message.appDir);
  else if (message.type === 'invoke') void invokeAndReport(message.invocation);
  else void stop();
});

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

async function loadAndReport(appDir: string): Promise<void> {
  try {
    await load(appDir);
    send({ type: 'loaded', functions: [...app.functions.values()].map(({ registered }) => registered) });
  } catch (error) {
    send({ type: 'refused', message: messageOf(error) });
  }
}

async function load(appDir: string): Promise<void> {
  process.chdir(appDir);
  const { main } = JSON.parse(readFileSync(join(appDir, 'package.json'), 'utf8')) as { main?: string };
  const entries = main === undefined ? [] : globSync(main, { cwd: appDir }).sort();
  if (entries.length === 0) throw new Error(`package.json: "main" (${main ?? 'absent'}) names no file`);
  for (const entry of entries) await import(pathToFileURL(join(appDir, entry)).href);
  await app.runHooks('appStart', { hookData: {}, appHookData, functionAppDirectory: appDir });
  await app.model()?.getCapabilities({});
}

async function invokeAndReport(invocation: Invocation): Promise<void> {
  const ended = await invoke(app, invocation).then(
    (returned): Ended => ({ ok: true, returned }),
    (error: unknown): Ended => ({ ok: false, message: messageOf(error), stack: (error as Error | undefined)?.stack }),
  );
  send({ type: 'ended', invocation: invocation.id, ended });
}

async function invoke(
  { functions, model, runHooks }: App,
  invocation: Invocation,
): Promise<RpcData | null | undefined> {
  const { registered, handler } = functions.get(invocation.function) ?? {};
  const programmingModel = model();
  if (!registered || !handler || !programmingModel) throw new Error(`no function ${invocation.function}`);
  const core: CoreContext = {
    invocationId: invocation.id,
    metadata: { name: registered.name, bindings: { ...registered.bindings } },
    request: {
      inputData: [invocation.input],
      triggerMetadata: invocation.metadata,
      traceContext: { traceParent: invocation.traceparent },
      ...(invocation.retry && {
        retryContext: { retryCount: invocation.retry.count, maxRetryCount: invocation.retry.max },
      }),
    },
    state: undefined,
    log: (level, _category, message) => send({ type: 'log', level, message, invocation: invocation.id }),
  };
  const invocationModel = programmingModel.getInvocationModel(core);
  const { context, inputs } = await invocationModel.getArguments();

  const hookData = {};
  const before = { hookData, appHookData, invocationContext: context, functionCallback: handler, inputs };
  core.state = 'preInvocationHooks';
  await runHooks('preInvocation', before);

  const after = {
    hookData,
    appHookData,
    invocationContext: context,
    inputs: before.inputs,
    result: null as unknown,
    error: null as unknown,
  };
  core.state = 'invocation';
  try {
    after.result = await invocationModel.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }
  core.state = 'postInvocationHooks';
  await runHooks('postInvocation', after);
  core.state = undefined;

  if (after.error instanceof Error) throw after.error;
  if (after.error !== null && after.error !== undefined) throw new Error(messageOf(after.error));
  return (await invocationModel.getResponse(context, after.result)).returnValue;
}

async function stop(): Promise<void> {
  await app.runHooks('appTerminate', { hookData: {}, appHookData }).catch((error: unknown) => {
    process.stderr.write(`appTerminate: ${messageOf(error)}\n`);
  });
  process.exit(0);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : inspect(error);
}
