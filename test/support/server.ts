import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino, type Logger } from 'pino';
import { startScoringServer, type ScoringServer, type ScoringServerOptions } from '../../plumber-app/server/serve.ts';
import type { Limits, ServiceDefinition } from '../../service/definition.ts';
import { loadService } from '../../service/load.ts';
import type { Milliseconds } from '../../service/units.ts';

const apis = join(import.meta.dirname, '../plumber-app/apis');

/** The directory of one of the APIs in test/plumber-app/apis. */
export function api(name: string): string {
  return join(apis, name);
}

/** Something with an end: a test, or a file of them. */
export interface Scope {
  teardown(end: () => unknown): void;
}

export interface ServeOptions extends Partial<Omit<ScoringServerOptions, 'definition'>> {
  readonly definition?: Partial<ServiceDefinition>;
  readonly limits?: Partial<Limits>;
}

export interface TestServer {
  readonly server: ScoringServer;
  readonly definition: ServiceDefinition;
  readonly port: number;
  /** Every line that was logged, parsed. */
  readonly log: readonly LogLine[];
  readonly get: (path: string, options?: RequestOptions) => Promise<Answer>;
  readonly admin: (path: string, options?: RequestOptions) => Promise<Answer>;
  readonly status: () => Promise<Status>;
  /** The value of a series, named as in the metrics' text. */
  readonly metric: (series: string) => Promise<number | undefined>;
}

export interface LogLine {
  readonly level: number;
  readonly msg?: string;
  readonly worker?: string;
}

export interface Status {
  readonly ready: boolean;
  readonly queue: { readonly depth: number };
  readonly workers: readonly { readonly pid: number; readonly state: string; readonly served: number }[];
}

/** Serves a directory on free ports with one worker (unless told), and ends it for sure with the test. */
export async function serve(t: Scope, directory: string, options: ServeOptions = {}): Promise<TestServer> {
  const { definition: changes, limits, ...rest } = options;
  const log: LogLine[] = [];
  const logger: Logger = pino({ level: 'debug' }, { write: (line: string) => log.push(JSON.parse(line) as LogLine) });
  const written = { ...(await loadService(directory)), ...changes };
  const definition = { ...written, limits: { ...written.limits, ...limits } };
  const server = await startScoringServer({
    directory,
    definition,
    port: 0,
    adminPort: 0,
    workers: 1,
    logger,
    ...rest,
  });
  t.teardown(() => server.kill());
  const admin = (path: string, request?: RequestOptions) => call(server.adminPort, path, request);
  return {
    server,
    definition,
    port: server.port,
    log,
    get: (path, request) => call(server.port, path, request),
    admin,
    status: async () => (await admin('/status')).json() as Status,
    metric: async (series) => {
      const found = (await admin('/metrics')).text.split('\n').find((each) => each.startsWith(`${series} `));
      return found === undefined ? undefined : Number(found.slice(series.length + 1));
    },
  };
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly message: string;
  /** Names and values by turns. */
  readonly rawHeaders: readonly string[];
  /** The values of a header, by its lower-case name. */
  readonly all: (name: string) => string[];
  readonly body: Buffer;
  readonly text: string;
  readonly json: () => unknown;
}

/** One request on a connection of its own. Rejects when there is no whole answer. */
export async function call(port: number, path: string, options: RequestOptions = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, signal } = options;
  const request = httpRequest({
    port,
    host: '127.0.0.1',
    path,
    method,
    headers,
    agent: false,
    ...(signal && { signal }),
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  const { rawHeaders, statusCode = 0, statusMessage = '' } = response;
  return {
    status: statusCode,
    message: statusMessage,
    rawHeaders,
    all: (name) => rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name),
    body: whole,
    text: whole.toString(),
    json: () => JSON.parse(whole.toString()) as unknown,
  };
}

/** Sends bytes as they are and resolves to everything that comes back until the connection ends. */
export async function exchange(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A request to the API `faults` that R works on from when this resolves until `finish` is called. */
export async function working(t: Scope, server: TestServer, signal?: AbortSignal): Promise<Work> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const file = join(directory, 'done');
  const busy = async () => (await server.metric('penstock_workers{state="busy"}')) ?? 0;
  const before = await busy();
  const answer = server.get(`/until?file=${file}`, signal && { signal });
  const early = answer.then(({ status }) => `with ${status}`, String);
  const works = until(async () => (await busy()) > before);
  const ended = await Promise.race([works.then(() => undefined), early]);
  if (ended !== undefined) throw new Error(`the call that should keep a worker busy has ended: ${ended}`);
  return {
    answer,
    finish: async () => {
      await writeFile(file, '');
      return answer;
    },
  };
}

export interface Work {
  readonly answer: Promise<Answer>;
  readonly finish: () => Promise<Answer>;
}

/** What has not come by then does not come. */
const patience: Milliseconds = 120_000;

/**
 * Resolves to the first value that is neither undefined nor false. Asks ever more seldom: asking takes from what it waits
 * for. Rejects with the condition's text when it stays unmet.
 */
export async function until<T>(condition: () => T | Promise<T>): Promise<Exclude<T, undefined | false>> {
  const since = performance.now();
  for (let pause = 5; performance.now() - since < patience; pause = Math.min(pause * 1.5, 80)) {
    const value = await condition();
    if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    await delay(pause);
  }
  throw new Error(`waited in vain for ${String(condition)}`);
}

/** Whether a process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z]/.test(stdout.trim());
}
