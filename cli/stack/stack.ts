import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { QueueClient } from '@azure/storage-queue';
import { buildFunctions } from '../../functions/build.ts';
import { listen } from '../../plumber-app/server/listen.ts';
import { definitionOf } from '../../releases/definition.ts';
import { openStore } from '../../releases/store.ts';
import type { ServiceDefinition } from '../../service/definition.ts';
import type { OnProgress } from '../../releases/progress.ts';
import { pull } from '../../releases/pull.ts';
import { UserError } from '../../service/errors.ts';
import { products as productsOf } from '../../service/products.ts';
import { startAzurite } from './azurite.ts';
import { connectionString } from './connection-string.ts';
import { startEventGrid } from './event-grid.ts';
import { writeGatewayConfiguration } from './gateway-configuration.ts';
import { leftOutText } from '../left-out.ts';
import { startPart, type Part } from './part.ts';
import { projectEnvironment } from './r-project.ts';
import type { FunctionsPartOptions, FunctionsReady, Invoke } from './parts/functions.ts';
import type { GatewayPartOptions, GatewayReady } from './parts/gateway.ts';
import type { ServerPartOptions, ServerReady } from './parts/server.ts';
import type { Outcome } from '../functions-host/invocations.ts';
import { checkServices, publishService } from './services.ts';
import type { StackState } from './state.ts';

export interface StackOptions {
  readonly state: StackState;
  /** Directories to serve; each is published, promoted and served. */
  readonly directories: readonly string[];
  /** Whether the channels follow the directories; else a channel that exists stays where somebody promoted it. */
  readonly follow: boolean;
  /** Ports of the gateway and of the functions' HTTP; 0 for free ones. */
  readonly port: number;
  readonly functionsPort: number;
  /** Told each part that has started. */
  readonly say: (part: string, text: string) => void;
  /** Shows how far something has come that may take long; `done` takes it away. */
  readonly progress: (what: string) => { readonly onProgress: OnProgress; readonly done: () => void };
  readonly signal: AbortSignal;
}

export interface RunningService {
  readonly definition: ServiceDefinition;
  /** The release's directory on this machine. */
  readonly directory: string;
  readonly channel: string;
  readonly release: string;
  /** Where callers reach it, through the gateway. */
  readonly url: string;
  /** The log of its scoring server, with what R prints. */
  readonly logFile: string;
}

/** The whole of Penstock on this machine. */
export interface Stack {
  readonly services: readonly RunningService[];
  readonly gatewayUrl: string;
  /** The releases container. */
  readonly storeUrl: string;
  /** A subscription key by product. */
  readonly keys: Readonly<Record<string, string>>;
  /** Where the `health` function answers, its key included. */
  readonly healthUrl: string;
  /** Runs a function now. */
  invoke(name: string): Promise<Outcome>;
  /** Settles when a part has ended by itself, with a message that holds its last log lines. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
  /** Ends it all at once. */
  kill(): void;
}

const promotionQueue = 'promotions';
const functionsKey = 'functions';

/** Minutes may pass until a large model is loaded and the gateway starts. @throws UserError when it could not then */
async function checkPort(port: number): Promise<void> {
  const server = createServer();
  await listen(server, port, '127.0.0.1');
  server.close();
}

/**
 * Starts Azurite, the scoring servers, the gateway with the policies that are deployed, and the Functions app, in this order.
 *
 * @throws UserError when a part does not start; what had started is stopped
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { state, signal, say } = options;
  await checkServices(options.directories);
  for (const port of [options.port, options.functionsPort]) if (port !== 0) await checkPort(port);
  const started: { stop(): Promise<void>; kill?(): void }[] = [];
  const failures: Promise<string>[] = [];
  const stop = async () => {
    for (const part of started.splice(0).reverse()) await part.stop();
  };
  const kill = () => started.forEach((part) => part.kill?.());
  const keep = <Ready>(part: Part<Ready>) => {
    started.push(part);
    failures.push(part.ended);
    return part;
  };

  try {
    const logs = await state.folder('logs');
    const entry = (name: string) => pathToFileURL(join(import.meta.dirname, 'parts', `${name}.ts`));
    const log = (name: string) => join(logs, `${name}.log`);

    const azurite = await startAzurite({ directory: await state.folder('azurite'), logFile: log('azurite') });
    started.push(azurite);
    failures.push(azurite.ended);
    const storeUrl = `${azurite.blobUrl}/releases`;
    const store = openStore(storeUrl);
    say('blob store', `${storeUrl}  (Azurite)`);
    signal.throwIfAborted();

    const cache = await state.folder('releases');
    const services: (RunningService & { backend: string })[] = [];
    for (const directory of options.directories) {
      const { onProgress, done } = options.progress(`publishing ${directory}`);
      const { follow } = options;
      const { channel, release, leftOut } = await publishService(store, directory, { follow, onProgress }).finally(
        done,
      );
      // Until the model is loaded the next line may be long in coming.
      say('release', `${release}  of ${directory}`);
      if (leftOut.length > 0) say('left out', `${directory}: ${leftOutText(leftOut)}`);
      const logFile = log(`server-${channel}`);
      const server = keep(
        await startPart<ServerPartOptions, ServerReady>(
          `the scoring server of ${channel}`,
          entry('server'),
          { store: storeUrl, channel, cache, env: projectEnvironment(directory) },
          logFile,
        ),
      );
      signal.throwIfAborted();
      say('scoring server', `${server.ready.url}  ${release}`);
      const pulled = await pull(store, release, cache);
      const definition = await definitionOf(pulled, release);
      services.push({ definition, directory: pulled, channel, release, url: '', logFile, backend: server.ready.url });
    }

    const products = productsOf();
    const keys = await state.keys([...products.map(({ name }) => name), functionsKey]);
    const file = await writeGatewayConfiguration(await state.folder('gateway'), { services, products, keys });
    const gateway = keep(
      await startPart<GatewayPartOptions, GatewayReady>(
        'the gateway',
        entry('gateway'),
        { file, port: options.port },
        log('gateway'),
      ),
    );
    const gatewayUrl = gateway.ready.url;
    say('gateway', services.map(({ definition }) => `${gatewayUrl}/${definition.name}`).join('  '));
    signal.throwIfAborted();

    const appDir = join(state.directory, 'functions');
    await buildFunctions(appDir).catch((error: Error) => {
      throw new UserError(`the functions cannot be built into ${appDir}: ${error.message}`);
    });
    const queues = connectionString(azurite);
    const functions = keep(
      await startPart<FunctionsPartOptions, FunctionsReady>(
        'the functions',
        entry('functions'),
        {
          appDir,
          port: options.functionsPort,
          settings: {
            PENSTOCK_STORE: storeUrl,
            PENSTOCK_RESULTS: `${azurite.blobUrl}/results`,
            PENSTOCK_CHANNELS: services.map(({ channel }) => channel).join(','),
            PENSTOCK_GATEWAY: gatewayUrl,
            PENSTOCK_KEY: keys.internal!,
            PROBE_SCHEDULE: '0 * * * * *',
            WARM_SCHEDULE: '0 */5 * * * *',
            PROMOTION_QUEUE: promotionQueue,
            PromotionStorage: queues,
            FUNCTIONS_KEY: keys[functionsKey]!,
          },
        },
        log('functions'),
      ),
    );
    const eventGrid = await startEventGrid({
      store,
      queue: new QueueClient(queues, promotionQueue),
      every: 1_000,
    });
    started.push(eventGrid);
    const healthUrl = `${functions.ready.url}/api/health?code=${keys[functionsKey]}`;
    say('functions', `${functions.ready.functions.join(', ')}`);
    signal.throwIfAborted();

    return {
      services: services.map(({ backend: _, ...service }) => ({
        ...service,
        url: `${gatewayUrl}/${service.definition.name}`,
      })),
      gatewayUrl,
      storeUrl,
      keys,
      healthUrl,
      invoke: (name) => functions.ask<Outcome>({ invoke: name } satisfies Invoke),
      failed: Promise.race(failures),
      stop,
      kill,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
