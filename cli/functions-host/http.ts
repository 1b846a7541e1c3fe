import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../../service/errors.ts';
import type { Bytes } from '../../service/units.ts';
import type { RpcCookie, RpcData, RpcHttp } from './protocol.ts';
import type { RouteTemplate } from './routes.ts';

/** The real host's default (FUNCTIONS_REQUEST_BODY_SIZE_LIMIT). */
const largestBody: Bytes = 104_857_600;

/** The keys of the app; a function key opens functions, the master key everything. */
export interface HostKeys {
  readonly master: string;
  readonly function: string;
}

export interface HttpFunction {
  readonly name: string;
  readonly route: RouteTemplate;
  readonly methods: readonly string[];
  readonly authLevel: 'anonymous' | 'function' | 'admin';
}

export interface HttpParts {
  readonly functions: readonly HttpFunction[];
  readonly routePrefix: string;
  readonly keys: HostKeys;
  readonly port: number;
  /** Runs an HTTP function; `undefined` when it failed. */
  readonly run: (
    name: string,
    request: RpcHttp,
    traceparent: string | undefined,
  ) => Promise<RpcData | null | undefined>;
  /** Answers `/admin/…` for a caller who has the master key: a status and a JSON body. */
  readonly admin: (method: string, path: string, body: Buffer) => Promise<{ status: number; body: unknown }>;
}

export interface HttpListener {
  readonly url: string;
  /** Takes no more requests, and settles when those under way are answered. */
  stop(): Promise<void>;
  /** Ends every connection, whatever is under way. */
  cut(): void;
}

/**
 * Serves the HTTP functions and the admin API on loopback.
 *
 * @throws UserError when the port is taken.
 */
export async function startHttp(parts: HttpParts): Promise<HttpListener> {
  const server = createServer((request, response) => {
    answer(request, response, parts).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.listen(parts.port, '127.0.0.1');
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new UserError(`port ${parts.port} is in use`) : error;
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
    cut: () => server.closeAllConnections(),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: HttpParts): Promise<void> {
  const method = request.method ?? 'GET';
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
  const given = [request.headers['x-functions-key'], url.searchParams.get('code')].find(
    (key): key is string => typeof key === 'string',
  );
  const isMaster = given !== undefined && same(given, parts.keys.master);
  const body = await readBody(request);
  if (!body) return end(response, 413);

  if (url.pathname.startsWith('/admin/')) {
    if (!isMaster) return end(response, 401);
    const result = await parts.admin(method, url.pathname, body);
    response.writeHead(result.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(result.body));
    return;
  }

  const found = find(method, url.pathname, parts);
  if (!found) return end(response, 404);
  const { authLevel, name } = found.function;
  const mayCall =
    authLevel === 'anonymous' ||
    isMaster ||
    (authLevel === 'function' && given !== undefined && same(given, parts.keys.function));
  if (!mayCall) return end(response, 401);

  const trace = request.headers.traceparent;
  const returned = await parts.run(
    name,
    {
      url: url.href,
      method,
      headers: headersOf(request),
      query: Object.fromEntries(url.searchParams),
      params: found.params,
      body: body.length > 0 ? { bytes: body } : null,
    },
    typeof trace === 'string' ? trace : undefined,
  );
  if (returned === undefined) return end(response, 500);
  send(response, returned?.http);
}

function find(method: string, path: string, { functions, routePrefix }: HttpParts) {
  const prefix = routePrefix === '' ? '' : `/${routePrefix}`;
  if (!path.toLowerCase().startsWith(`${prefix}/`.toLowerCase())) return undefined;
  for (const candidate of functions) {
    const params = candidate.methods.includes(method) ? candidate.route.match(path.slice(prefix.length)) : undefined;
    if (params) return { function: candidate, params };
  }
  return undefined;
}

/** The body, or `undefined` when it is larger than the host takes. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
  }
  return size > largestBody ? undefined : Buffer.concat(chunks);
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Writes what the function returned; nothing returned is 204. */
function send(response: ServerResponse, answer: RpcHttp | undefined): void {
  if (!answer) return end(response, 204);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  const cookies = (answer.cookies ?? []).map(cookieText);
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.statusCode = Number(answer.statusCode ?? 200);
  const { bytes, string, json } = answer.body ?? {};
  response.end(bytes ?? string ?? json ?? '');
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}

function cookieText({ name, value, domain, path, expires, maxAge, secure, httpOnly, sameSite }: RpcCookie): string {
  const when = expires?.value;
  const date = when instanceof Date ? when : when?.seconds === undefined ? undefined : new Date(when.seconds * 1000);
  const site = { lax: 'Lax', strict: 'Strict', explicitNone: 'None' }[sameSite ?? ''];
  return [
    `${name ?? ''}=${encodeURIComponent(value ?? '')}`,
    domain?.value && `Domain=${domain.value}`,
    path?.value && `Path=${path.value}`,
    date && `Expires=${date.toUTCString()}`,
    maxAge?.value !== undefined && `Max-Age=${maxAge.value}`,
    secure?.value && 'Secure',
    httpOnly?.value && 'HttpOnly',
    site && `SameSite=${site}`,
  ]
    .filter((part) => typeof part === 'string')
    .join('; ');
}

function same(given: string, key: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}
