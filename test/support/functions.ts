import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../functions/clock.ts';
import { createParts, type Log, type Parts } from '../../functions/parts.ts';
import { readSettings } from '../../functions/settings.ts';
import { promote } from '../../releases/promote.ts';
import { publish } from '../../releases/publish.ts';
import { openStore, type Store } from '../../releases/store.ts';
import type { Milliseconds } from '../../service/units.ts';
import type { Scope } from './server.ts';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Requests of one connection have the same. */
  readonly connection: number | undefined;
}

export interface Reply {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StandIn {
  readonly url: string;
  readonly requests: readonly Request[];
  stop(): Promise<void>;
}

/** A real HTTP server on loopback in the gateway's place, for answers that the gateway itself gives rarely. */
export async function startStandIn(reply: (request: Request) => Reply | Promise<Reply>): Promise<StandIn> {
  const requests: Request[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const request = {
        method,
        path,
        headers,
        body: Buffer.concat(chunks).toString(),
        connection: incoming.socket.remotePort,
      };
      requests.push(request);
      void Promise.resolve(reply(request)).then(({ status = 200, body = '', headers: extra = {} }) => {
        outgoing.writeHead(status, { 'content-type': 'application/json', ...extra }).end(body);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Refuses as the gateway does: who has no key, and who has another than the app's. */
export function refusing({ headers }: Request): Reply | undefined {
  return headers['ocp-apim-subscription-key'] === appSettings().PENSTOCK_KEY
    ? undefined
    : { status: 401, body: '{ "statusCode": 401, "message": "Access denied due to invalid subscription key." }' };
}

/** What the sample service answers to its probe. */
export const right: Reply = { body: '{"sum":[3.5]}' };

type Answering = (request: Request) => Reply | Promise<Reply>;

/** A gateway in front of the sample service: it asks for the app's key, then answers as it was last told to. */
export async function startGateway(
  t: Scope,
): Promise<Omit<StandIn, 'stop'> & { readonly answer: (given: Reply | Answering) => void }> {
  let reply: Answering = () => right;
  const gateway = await startStandIn((request) => refusing(request) ?? reply(request));
  t.teardown(() => gateway.stop());
  return {
    url: gateway.url,
    requests: gateway.requests,
    answer: (given) => (reply = typeof given === 'function' ? given : () => given),
  };
}

/** A clock that stands still until it is told to go on, and does not really sleep. */
export function stillClock(
  start = '2026-03-01T12:00:00Z',
): Clock & { advance(by: Milliseconds): void; slept: number[] } {
  let time = Date.parse(start);
  const slept: number[] = [];
  return {
    now: () => new Date(time),
    elapsed: () => time,
    sleep(duration, signal) {
      slept.push(duration);
      time += duration;
      return signal?.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
    advance(by) {
      time += by;
    },
    slept,
  };
}

/** The settings of an app that uses a store and a gateway; nothing listens at what is not given. */
export function appSettings(settings: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PENSTOCK_STORE: 'http://127.0.0.1:1/devstoreaccount1/releases',
    PENSTOCK_RESULTS: 'http://127.0.0.1:1/devstoreaccount1/results',
    PENSTOCK_CHANNELS: 'sums',
    PENSTOCK_GATEWAY: 'http://127.0.0.1:1',
    PENSTOCK_KEY: 'the-internal-key',
    PROBE_SCHEDULE: '0 * * * * *',
    WARM_SCHEDULE: '0 */5 * * * *',
    PROMOTION_QUEUE: 'promotions',
    ...settings,
  };
}

/** The parts of the app as it makes them itself, with the given settings. */
export function partsWith(settings: Readonly<Record<string, string>>, clock: Clock, stopping?: AbortSignal): Parts {
  return createParts(readSettings(appSettings(settings)), { clock, ...(stopping && { stopping }) });
}

export function listLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, info: (message) => lines.push(message), warn: (message) => lines.push(message) };
}

/** A small service: two numbers are sent, their sum is expected. */
export const sums: Readonly<Record<string, string>> = {
  'plumber.R': '#* @post /sum\nfunction(a, b) list(sum = a + b)\n',
  'model.bin': 'x'.repeat(200_000),
  'probes/two.json': '{"a": 1, "b": 2.5}',
  'probes/two.expected.json': '{"sum": [3.5]}',
  'service.yaml': [
    'name: sums',
    'probes:',
    '  - { name: two, route: POST /sum, body: probes/two.json, expect: probes/two.expected.json,',
    '      tolerance: 1e-6, maxLatency: 500ms }',
  ].join('\n'),
};

/** Publishes files as a release and promotes it to a channel; returns its id. */
export async function publishFiles(
  storeUrl: string,
  channel: string,
  files: Readonly<Record<string, string>> = sums,
): Promise<{ store: Store; release: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-release-'));
  try {
    await writeFiles(directory, files);
    const store = openStore(storeUrl);
    const { manifest } = await publish(store, directory);
    await promote(store, manifest.id, channel);
    return { store, release: manifest.id };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Writes a functions app whose entry file is `code`; `app` is the library's. Returns its directory, which is yours to remove. */
export async function writeApp(code: string, host: object = { version: '2.0' }): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-app-'));
  const library = createRequire(import.meta.url).resolve('@azure/functions');
  await writeFiles(directory, {
    'host.json': JSON.stringify(host),
    'package.json': JSON.stringify({ type: 'module', main: 'app.js' }),
    'app.js': `import functions from ${JSON.stringify(library)};\nconst { app } = functions;\n${code}\n`,
  });
  return directory;
}

async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}
