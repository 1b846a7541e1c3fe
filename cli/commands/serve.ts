import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ChannelSource } from '../../plumber-app/server/channel.ts';
import { startScoringServer, type ScoringServer } from '../../plumber-app/server/serve.ts';
import { type Served, type Source } from '../../plumber-app/server/source.ts';
import { UserError } from '../../service/errors.ts';
import { loadService } from '../../service/load.ts';
import { commandLogger } from '../log.ts';
import { createOutput } from '../output.ts';
import { storeFrom, storeOption } from '../store-option.ts';

interface Options {
  readonly port: number;
  readonly host: string;
  readonly workers?: number;
  readonly adminPort: number;
  readonly store?: string;
  readonly channel?: string;
  readonly cache: string;
  readonly json: boolean;
}

/** `penstock serve DIR`, or `--store URL --channel NAME`: the scoring server alone, until a signal ends it. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Serve a Plumber directory, or the release that a channel points to, until a signal ends it.')
    .argument('[dir]', 'a directory with a plumber.R or an entrypoint.R')
    .option('--port <port>', 'the port for callers; 0 for a free one', portNumber, 8000)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--workers <number>', "R processes (default: the service's own number, else one a core)", workerCount)
    .option('--admin-port <port>', 'the port for /live, /ready, /metrics, /status and /refresh', portNumber, 9090)
    .addOption(storeOption())
    .option('--channel <name>', 'the channel to follow in the store')
    .option('--cache <dir>', 'where pulled releases are kept', join(homedir(), '.cache', 'penstock', 'releases'))
    .option('--json', 'log as JSON lines', false);
  return command.action(async (directory: string | undefined, options: Options) => {
    const storeIsGiven = command.getOptionValueSource('store') === 'cli';
    await serve(await origin(directory, options, storeIsGiven), options);
  });
}

/** Where to serve from, by what was said. @throws UserError when that is nothing, or two things */
async function origin(
  directory: string | undefined,
  options: Options,
  storeIsGiven: boolean,
): Promise<{ served: Served; source?: Source }> {
  const { channel, cache } = options;
  if (directory !== undefined) {
    if (storeIsGiven || channel !== undefined) {
      throw new UserError('expected a directory, or --store with --channel, but not both');
    }
    return { served: { directory: resolve(directory), definition: await loadService(directory) } };
  }
  if (channel === undefined) throw new UserError('nothing to serve: expected a directory, or --store with --channel');
  const source = new ChannelSource(storeFrom(options), channel, cache);
  return { served: await source.first(), source };
}

async function serve({ served, source }: { served: Served; source?: Source }, options: Options): Promise<void> {
  const { port, host, workers, adminPort, json } = options;
  const output = createOutput(json, process.stdout);
  const logger = commandLogger(json, json ? process.stdout : process.stderr);
  const stopping = new AbortController();
  const stopped = Promise.withResolvers<void>();
  let server: ScoringServer | undefined;

  const stop = () => {
    const again = stopping.signal.aborted;
    stopping.abort();
    if (server === undefined) return;
    logger.info(again ? 'ending at once' : 'stopping: a second signal ends at once');
    (again ? server.kill() : server.close()).then(stopped.resolve, stopped.reject);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    const { signal } = stopping;
    server = await startScoringServer({ ...served, source, port, host, workers, adminPort, logger, signal });
    const url = (of: number) => `http://${host.includes(':') ? `[${host}]` : host}:${of}`;
    logger.info({ url: url(server.port), admin: url(server.adminPort), release: server.release }, 'serving');
    output.line(`scoring server  ${url(server.port)}  ${served.release ?? served.directory}`);
    output.line(`admin           ${url(server.adminPort)}/status`);
    await stopped.promise;
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65536) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}

function workerCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 1024) return count;
  throw new InvalidArgumentError('Workers are a whole number from 1 to 1024.');
}
