import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { checkConfiguration, type Configuration, type GatewayConfig, readConfiguration } from './config.ts';
import { UserError } from './errors.ts';
import { Backends } from './execution/backends.ts';
import { Exchange } from './execution/exchange.ts';
import { type Metric, Metrics } from './execution/metrics.ts';
import { processCall } from './execution/process.ts';
import { ResponseCache } from './execution/response-cache.ts';
import type { Runtime } from './execution/runtime.ts';
import { ValueCache } from './execution/value-cache.ts';
import { Concurrency } from './limits/concurrency.ts';
import { QuotaCounters } from './limits/quota.ts';
import { RateCounters } from './limits/rate.ts';
import { load, type Loaded } from './load.ts';
import { type Logger, silent } from './logger.ts';
import { Identity } from './tokens/identity.ts';
import { KeySource } from './tokens/key-source.ts';

export interface GatewayOptions {
  /** The machine's by default. Everything that has to do with time goes by it: rates, quotas, retries, timeouts, caches. */
  readonly clock?: Clock;
  /** Silent by default; pino's fits. */
  readonly logger?: Logger;
  /** Where an object's relative file names start; the working directory by default. A file's own directory holds for it. */
  readonly directory?: string;
  /** These win over the configuration's. Port 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
}

export interface Gateway {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly apis: readonly { readonly id: string; readonly name: string; readonly url: string }[];
  /** What emit-metric has counted since the start. */
  metrics(): Metric[];
  /** Stops listening, lets the calls in progress end (for 10 seconds at most), then closes all connections. */
  close(): Promise<void>;
}

const closePatience = 10_000;

/**
 * Starts a gateway from a YAML file or the same as an object.
 * @throws UserError when the configuration or a policy document is wrong (all mistakes at once, one a line), or the
 *   port is in use
 */
export async function startGateway(
  config: string | GatewayConfig,
  { clock = systemClock, logger = silent, directory, port, host }: GatewayOptions = {},
): Promise<Gateway> {
  const checked = await checkGateway(config, { directory });
  const { configuration, loaded } = checked;
  const backends = await Backends.open(configuration);
  const runtime: Runtime = {
    clock,
    logger,
    settings: configuration.settings,
    deployment: loaded.entities.deployment,
    backends,
    rates: new RateCounters(clock, configuration.settings.rateLimit),
    quotas: new QuotaCounters(clock),
    concurrency: new Concurrency(),
    cache: new ValueCache(clock),
    responses: new ResponseCache(clock),
    keySource: new KeySource(clock),
    identity: new Identity(configuration.managedIdentity ?? { tokens: new Map() }, clock),
    metrics: new Metrics(),
  };

  let closing = false;
  const handle: http.RequestListener = (incoming, response) => {
    const exchange = new Exchange(runtime, incoming, loaded.plan);
    response.once('close', () => {
      if (!response.writableFinished) exchange.callerGone();
      exchange.done();
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
    processCall(exchange, loaded.gates, response).catch((error: unknown) => {
      logger.error({ requestId: exchange.RequestId, error: String(error) }, 'a call broke off');
      response.destroy();
    });
  };
  const { tls } = configuration.listen;
  const server = tls
    ? https.createServer(await tlsOptions(tls, configuration.directory), handle)
    : http.createServer(handle);
  try {
    await listen(server, port ?? configuration.listen.port, host ?? configuration.listen.host);
  } catch (error) {
    await backends.close();
    throw error;
  }

  const { port: listening } = server.address() as AddressInfo;
  const shownHost = host ?? configuration.listen.host;
  const url = `${tls ? 'https' : 'http'}://${shownHost.includes(':') ? `[${shownHost}]` : shownHost}:${listening}`;
  return {
    url,
    port: listening,
    apis: configuration.apis.map(({ id, displayName, path: apiPath }) => ({
      id,
      name: displayName,
      url: apiPath === '' ? url : `${url}/${apiPath}`,
    })),
    metrics: () => runtime.metrics.list(),
    async close() {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const patience = setTimeout(() => server.closeAllConnections(), closePatience);
      await closed;
      clearTimeout(patience);
      await backends.close();
    },
  };
}

/**
 * Reads a configuration and compiles its policies without starting anything.
 * @throws UserError as startGateway does
 */
export async function checkGateway(
  config: string | GatewayConfig,
  { directory = process.cwd() }: Pick<GatewayOptions, 'directory'> = {},
): Promise<{ configuration: Configuration; loaded: Loaded }> {
  const configuration =
    typeof config === 'string'
      ? await readConfiguration(config)
      : checkConfiguration(config, { name: 'gateway', directory });
  return { configuration, loaded: await load(configuration) };
}

async function tlsOptions(
  tls: NonNullable<Configuration['listen']['tls']>,
  directory: string,
): Promise<https.ServerOptions> {
  const file = async (name: string) => {
    try {
      return await readFile(path.resolve(directory, name));
    } catch (error) {
      throw new UserError(`listen.tls: ${name} can't be read (${(error as NodeJS.ErrnoException).code})`);
    }
  };
  return {
    cert: await file(tls.certificate),
    key: await file(tls.key),
    // Which callers' certificates are good is for policies to decide.
    ...(tls.ca === undefined ? {} : { ca: await file(tls.ca), requestCert: true, rejectUnauthorized: false }),
  };
}

function listen(server: http.Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'the port is in use' : `it can't be listened on (${error.code ?? error.message})`;
      reject(new UserError(`${host}:${port}: ${why}`));
    });
    server.listen(port, host, resolve);
  });
}
