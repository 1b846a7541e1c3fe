import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ChannelSource } from '../../plumber-app/server/channel.ts';
import { startScoringServer, type ScoringServer } from '../../plumber-app/server/serve.ts';
import type { ReplicaOptions } from '../../plumber-app/server/replica.ts';
import type { Served, Source } from '../../plumber-app/server/source.ts';
import type { TlsFiles } from '../../plumber-app/server/tls/files.ts';
import { UserError } from '../../service/errors.ts';
import { loadService } from '../../service/load.ts';
import { commandLogger } from '../log.ts';
import { createOutput } from '../output.ts';
import { portNumber } from '../port.ts';
import { storeFrom, storeOption } from '../store-option.ts';
import { addTlsOptions, tlsFrom, type TlsOptions } from '../tls-options.ts';

interface Options extends TlsOptions {
  readonly port: number;
  readonly host: string;
  readonly workers?: number;
  readonly adminPort: number;
  readonly store?: string;
  readonly channel?: string;
  readonly cache: string;
  readonly pod: string;
  readonly connectionRequests: number;
  readonly json: boolean;
}

interface Origin {
  readonly served: Served;
  readonly source?: Source;
  readonly replica?: ReplicaOptions;
}

interface Serving extends Origin {
  readonly tls: TlsFiles | undefined;
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
    .option('--pod <name>', "this replica's name in the reports that it writes to the store", podName())
    .option(
      '--connection-requests <number>',
      'end a kept connection after so many answers, give or take a tenth; 0 for never',
      wholeNumber,
      1000,
    );
  addTlsOptions(command).option('--json', 'log as JSON lines', false);
  return command.action(async (directory: string | undefined, options: Options) => {
    const storeIsGiven = command.getOptionValueSource('store') === 'cli';
    const tls = tlsFrom(options);
    await serve({ ...(await origin(directory, options, storeIsGiven)), tls }, options);
  });
}

/** Where to serve from, by what was said. @throws UserError when that is nothing, or two things */
async function origin(directory: string | undefined, options: Options, storeIsGiven: boolean): Promise<Origin> {
  const { channel, cache, pod } = options;
  if (directory !== undefined) {
    if (storeIsGiven || channel !== undefined) {
      throw new UserError('expected a directory, or --store with --channel, but not both');
    }
    return { served: { directory: resolve(directory), definition: await loadService(directory) } };
  }
  if (channel === undefined) throw new UserError('nothing to serve: expected a directory, or --store with --channel');
  const store = storeFrom(options);
  const source = new ChannelSource(store, channel, cache);
  return { served: await source.first(), source, replica: { store, pod } };
}

async function serve({ served, tls, ...following }: Serving, options: Options): Promise<void> {
  const { port, host, workers, adminPort, connectionRequests, json } = options;
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
    server = await startScoringServer({
      ...served,
      ...following,
      ...{ port, host, workers, adminPort, connectionRequests, tls, logger, signal },
    });
    const address = host.includes(':') ? `[${host}]` : host;
    const url = `${tls === undefined ? 'http' : 'https'}://${address}:${server.port}`;
    const admin = `http://${address}:${server.adminPort}`;
    logger.info({ url, admin, release: server.release }, 'serving');
    output.line(`scoring server  ${url}  ${served.release ?? served.directory}`);
    output.line(`admin           ${admin}/status`);
    await stopped.promise;
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number is expected.');
}

/** In Kubernetes the pod's name. */
function podName(): string {
  return process.env['HOSTNAME'] ?? hostname();
}

function workerCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 1024) return count;
  throw new InvalidArgumentError('Workers are a whole number from 1 to 1024.');
}
