import type { ServiceDefinition } from '../../service/definition.ts';
import { loadService } from '../../service/load.ts';
import { api, type Answer, type Scope, serve, type ServeOptions, type TestServer, until } from './server.ts';

/** A request to the API `rows`: most are `POST` with JSON. */
export interface RowRequest {
  readonly target: string;
  readonly body: string;
  readonly headers?: Record<string, string | string[]>;
}

export interface Serving {
  /** Workers of the server; two unless told. */
  readonly workers?: number;
  readonly limits?: ServeOptions['limits'];
  /** The paths that batch: each is proven at the start, which takes a while. All that may unless told. */
  readonly batching?: readonly string[];
  /** Keys of `batch` that differ in every route; undefined: as the file says. */
  readonly batch?: Partial<NonNullable<ServiceDefinition['routes'][number]['batch']>>;
}

/** Serves the API `rows` with all its workers, batching as its `service.yaml` says. */
export async function serveRows(t: Scope, { workers = 2, limits, batching, batch }: Serving = {}): Promise<TestServer> {
  const { routes } = await loadService(api('rows'));
  const changed = routes.map((route) => ({
    ...route,
    batch: route.batch && (batching?.includes(route.path) ?? true) ? { ...route.batch, ...batch } : undefined,
  }));
  const server = await serve(t, api('rows'), { workers, definition: { routes: changed }, ...(limits && { limits }) });
  await allIdle(server, workers);
  return server;
}

/** Serves it without any batching: what a request is answered here is what it gets alone. */
export async function serveAlone(t: Scope, limits?: ServeOptions['limits']): Promise<TestServer> {
  const { routes } = await loadService(api('rows'));
  const unbatched = routes.map((route) => ({ ...route, batch: undefined }));
  return serve(t, api('rows'), { definition: { routes: unbatched }, ...(limits && { limits }) });
}

export function send(server: TestServer, { target, body, headers = {} }: RowRequest): Promise<Answer> {
  return server.get(target, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } });
}

/** All that a caller sees of an answer but its date, for comparison. */
export function seen({ status, message, rawHeaders, body }: Answer): unknown {
  const headers: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.toLowerCase() !== 'date') headers.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  }
  return { status, message, headers, body: body.toString() };
}

/** Resolves when all workers live and none works: every one that was lent has been given back. */
export async function allIdle(server: TestServer, workers: number): Promise<void> {
  await until(async () => {
    const status = await server.status();
    const idle = status.workers.filter(({ state }) => state === 'idle');
    return idle.length === workers && status.workers.length === workers && status.queue.depth === 0;
  });
}

/** How many requests of a route have shared a call so far, and in how many calls. */
export async function merges(server: TestServer, route: string): Promise<{ calls: number; requests: number }> {
  const count = async (what: string) => (await server.metric(`penstock_merged_${what}_total{route="${route}"}`)) ?? 0;
  return { calls: await count('calls'), requests: await count('requests') };
}
