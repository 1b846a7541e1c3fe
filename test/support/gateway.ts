import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Clock, Milliseconds } from '../../gateway/clock.ts';
import type { GatewayConfig } from '../../gateway/config.ts';
import { type Gateway, startGateway } from '../../gateway/start.ts';

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now: Milliseconds = Date.parse('2026-01-01T00:00:00Z');
  readonly #timers = new Set<{ at: Milliseconds; delay: Milliseconds; callback: () => void }>();
  readonly #watchers = new Set<() => void>();

  now(): Milliseconds {
    return this.#now;
  }

  after(delay: Milliseconds, callback: () => void): () => void {
    const timer = { at: this.#now + delay, delay, callback };
    this.#timers.add(timer);
    for (const watcher of this.#watchers) watcher();
    return () => void this.#timers.delete(timer);
  }

  /** Resolves when somebody waits for something that `matches`: a delay in milliseconds. */
  async scheduled(matches: (delay: Milliseconds) => boolean): Promise<Milliseconds> {
    for (;;) {
      const timer = [...this.#timers].find(({ delay }) => matches(delay));
      if (timer) return timer.delay;
      await new Promise<void>((resolve) => {
        const watcher = () => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
    }
  }

  advance(by: Milliseconds): void {
    this.#now += by;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface TestBackend {
  readonly url: string;
  readonly received: Received[];
}

/** A real backend on a free port that keeps what it got. Without a handler it answers 200 `{"ok":true}`. */
export async function startBackend(
  t: ExecutionContext,
  handler: (request: Received, response: http.ServerResponse, incoming: http.IncomingMessage) => void = (_, response) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"ok":true}'),
): Promise<TestBackend> {
  const received: Received[] = [];
  const server = http.createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const { method, url, rawHeaders, headers } = incoming;
      const request = { method: method!, url: url!, rawHeaders, headers, body: Buffer.concat(chunks) };
      received.push(request);
      handler(request, response, incoming);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** A folder with these files, removed after the test. */
export async function folderWith(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'penstock-gateway-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
    await writeFile(path.join(directory, name), text);
  }
  return directory;
}

export interface Running {
  readonly gateway: Gateway;
  readonly clock: ManualClock;
  readonly log: { level: string; fields: object; message: string }[];
  readonly call: (path: string, init?: CallInit) => Promise<Answer>;
}

/** Starts a gateway on a free port, stopped after the test. */
export async function runGateway(
  t: ExecutionContext,
  config: GatewayConfig,
  files: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const clock = new ManualClock();
  const log: Running['log'] = [];
  const level = (name: string) => (fields: object, message: string) => void log.push({ level: name, fields, message });
  const logger = { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
  const gateway = await startGateway(config, { clock, logger, directory: await folderWith(t, files) });
  t.teardown(() => gateway.close());
  return { gateway, clock, log, call: (target, init) => call(gateway.url + target, init) };
}

/**
 * A gateway with one API of one POST and one catch-all operation in front of `backend`, open to everyone, whose API
 * policy has these sections.
 */
export function runPolicy(
  t: ExecutionContext,
  backend: Pick<TestBackend, 'url'>,
  sections: Partial<Record<'inbound' | 'backend' | 'outbound' | 'on-error', string>>,
  more: Partial<GatewayConfig> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Running> {
  return runGateway(
    t,
    {
      apis: [
        {
          id: 'test',
          displayName: 'Test API',
          path: 'test',
          serviceUrl: backend.url,
          subscriptionRequired: false,
          policy: 'api.xml',
          operations: ['GET', 'POST', 'PUT', 'HEAD', 'DELETE'].map((method) => ({
            id: method.toLowerCase(),
            method,
            urlTemplate: '/*',
          })),
        },
      ],
      ...more,
    },
    { 'api.xml': policies(sections), ...files },
  );
}

export function policies(sections: Partial<Record<'inbound' | 'backend' | 'outbound' | 'on-error', string>>): string {
  const written = Object.entries(sections).map(([name, content]) => `<${name}>${content}</${name}>`);
  return `<policies>${written.join('')}</policies>`;
}

export interface CallInit {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders | readonly string[];
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly rawHeaders: readonly string[];
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** One HTTP call that changes nothing on its way, unlike fetch. */
export async function call(url: string, { method = 'GET', headers, body }: CallInit = {}): Promise<Answer> {
  // With headers as a list, node writes these alone.
  const host = Array.isArray(headers) ? ['Host', new URL(url).host] : [];
  const sent = Array.isArray(headers) ? [...host, ...(headers as string[])] : (headers as http.OutgoingHttpHeaders);
  const request = http.request(url, { method, headers: sent, agent: false });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const whole = Buffer.concat(chunks);
  return {
    status: response.statusCode!,
    reason: response.statusMessage!,
    rawHeaders: response.rawHeaders,
    headers: response.headers,
    body: whole,
    text: whole.toString(),
  };
}
