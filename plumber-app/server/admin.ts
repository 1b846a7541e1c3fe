import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { listen } from './listen.ts';

/** What the admin port shows and does. */
export interface Administered {
  /** At least one worker has answered and lives, and the server is not stopping. */
  isReady(): boolean;
  status(): Promise<object>;
  /** Looks whether something newer is to be served: the HTTP status to answer with, and what happened. */
  refresh(): Promise<{ status: number; result: object }>;
  readonly registry: Registry;
}

interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly body: string | object;
}

/**
 * The port for probes, Prometheus and operators: GET /live, /ready, /metrics and /status, POST /refresh. It never waits
 * for R, so it answers when all workers are busy.
 */
export class Admin {
  readonly #server: Server;

  constructor(administered: Administered) {
    this.#server = createServer((request, reply) => {
      // Probes with a body would otherwise hold the connection.
      request.resume();
      answer(administered, request)
        .catch((error: Error): Reply => ({ status: 500, body: { error: 'Internal error', detail: error.message } }))
        .then((what) => send(reply, request, what))
        .catch(() => reply.destroy());
    });
  }

  /** Resolves to the port. @throws UserError when the address cannot be used */
  listen(port: number, host: string): Promise<number> {
    return listen(this.#server, port, host);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(administered: Administered, { method, url }: IncomingMessage): Promise<Reply> {
  const path = url?.replace(/\?.*/, '');
  const allowed = path === '/refresh' ? ['POST'] : ['GET', 'HEAD'];
  if (path === undefined || !['/live', '/ready', '/metrics', '/status', '/refresh'].includes(path)) {
    const detail = 'There are GET /live, /ready, /metrics and /status, and POST /refresh.';
    return { status: 404, body: { error: 'Not found', detail } };
  }
  if (!allowed.includes(method ?? '')) {
    return { status: 405, body: { error: 'Method not allowed', detail: `${path} takes ${allowed.join(' and ')}.` } };
  }
  switch (path) {
    case '/live':
      return { status: 200, body: { live: true } };
    case '/ready': {
      const ready = administered.isReady();
      return { status: ready ? 200 : 503, body: { ready } };
    }
    case '/metrics':
      return { status: 200, type: administered.registry.contentType, body: await administered.registry.metrics() };
    case '/status':
      return { status: 200, body: await administered.status() };
    default: {
      const { status, result } = await administered.refresh();
      return { status, body: result };
    }
  }
}

function send(
  reply: ServerResponse,
  request: IncomingMessage,
  { status, type = 'application/json', body }: Reply,
): void {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  reply.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) });
  reply.end(request.method === 'HEAD' ? undefined : text);
}
