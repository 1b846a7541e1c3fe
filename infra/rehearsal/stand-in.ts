import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { ResourceManager } from './arm.ts';
import { hosts, type Certificates } from './certificates.ts';
import { guidOf } from './identifiers.ts';
import { login } from './login.ts';
import { storagePlane } from './planes/storage.ts';
import { VaultPlane } from './planes/vault.ts';
import type { Answer } from './provider.ts';
import { Resources, type Json } from './resources.ts';

/** One request and what came of it. */
export interface Call {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

export interface StandIn {
  /** A proxy for HTTPS_PROXY: every host of Azure that is asked for through it is this stand-in. */
  readonly proxy: string;
  readonly resources: Resources;
  readonly calls: readonly Call[];
  /** Requests that had no answer of their own. */
  readonly unknown: readonly string[];
  /** Puts a certificate into a vault, as somebody does by hand. */
  importCertificate(vault: string, name: string): void;
  close(): Promise<void>;
}

export interface StandInOptions {
  /** How long a role assignment takes to work, in milliseconds. */
  readonly propagation?: number;
  /** The time in milliseconds. */
  readonly now?: () => number;
  /** Settles when a write to an API of API Management has been done. */
  readonly write?: () => Promise<void>;
}

/**
 * A stand-in for Azure Resource Manager, Entra ID's token endpoint and the data planes that azurerm touches, on loopback.
 * It accepts much that Azure refuses: what goes well here need not go well there; what fails here fails there.
 */
export async function startStandIn(certificates: Certificates, options: StandInOptions = {}): Promise<StandIn> {
  const { propagation = 200, now = Date.now, write = () => wait(20) } = options;
  const { authority, certificate, key } = certificates;
  const resources = new Resources(now);
  const manager = new ResourceManager(
    { resources, propagation, authority, roles: new Map(), deleted: new Map() },
    write,
  );
  const vaults = new VaultPlane(certificate);
  const calls: Call[] = [];

  const answer = async (method: string, host: string, url: URL, text: string): Promise<Answer> => {
    const path = decodeURIComponent(url.pathname).replace(/\/{2,}/g, '/');
    const body = parsed(text);
    if (host.endsWith('.vault.azure.net')) return vaults.answer(method, host, path, body);
    if (/\.(blob|queue|table|file|dfs|web)\.core\.windows\.net$/.test(host))
      return storagePlane(host, url.searchParams);
    return login(path, host, text) ?? manager.answer({ method, path, host, body, query: url.searchParams });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/', headers } = request;
    const host = (headers.host ?? 'localhost').replace(/:443$/, '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { status, body, headers: more } = await answer(method, host, new URL(url, `https://${host}`), text);
    calls.push({ method, host, path: url, status, body: text });
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'x-ms-request-id': guidOf(`${calls.length}`),
      ...more,
    });
    response.end(
      body === undefined || method === 'HEAD' ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    );
  };

  const inner = createTlsServer({ key, cert: certificate }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code: 'StandInFailed', message: String((error as Error).stack) } }));
    });
  });
  const open = new Set<Socket>();
  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on('connect', ({ url = '' }, socket: Socket, head: Buffer) => {
    open.add(socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy()));
    if (!isAzure(url)) return passOn(url, socket, head);
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    inner.emit('connection', socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    resources,
    calls,
    unknown: manager.unknown,
    importCertificate: (vault, name) =>
      void vaults.answer('POST', `${vault}.vault.azure.net`, `/certificates/${name}/create`, {}),
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

/** Whether the stand-in is this host; a chart's repository or a cluster is not. */
function isAzure(authority: string): boolean {
  const [host = ''] = authority.split(':');
  return hosts.some((name) => name === host || (name.startsWith('*.') && host.endsWith(name.slice(1))));
}

function passOn(authority: string, socket: Socket, head: Buffer): void {
  const { hostname, port } = new URL(`https://${authority}`);
  const other = connect(Number(port || 443), hostname, () => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    other.write(head);
    socket.pipe(other).pipe(socket);
  });
  other.on('error', () => socket.destroy());
  socket.on('close', () => other.destroy());
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
