import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import type { PolicyRequest, PolicyResponse, Url } from '../context.ts';
import { Headers } from '../headers.ts';
import { Body } from './body.ts';
import { RequestStream } from './request-stream.ts';
import type { ResponseStream } from './response-stream.ts';
import type { Backend } from './backends.ts';
import { type Base, defaultPort, RawUrl } from './url.ts';

const noParameters: ReadonlyMap<string, string> = new Map();

/** The request, as the caller sent it and as policies change it. */
export class Request implements PolicyRequest {
  readonly incoming: IncomingMessage;
  Method: string;
  readonly Headers: Headers;
  Body: Body<RequestStream> | null;
  MatchedParameters: ReadonlyMap<string, string> = noParameters;
  readonly PrivateEndpointConnection = null;
  /** Where the request goes; undefined before the API is known and for APIs without a service URL. */
  base: Base | undefined;
  /** The backend entity that set-backend-service chose. */
  backend: Backend | undefined;
  /** The path behind the API's, or what rewrite-uri made of it. */
  path: string;
  /** With its question mark, or empty. */
  queryString: string;
  readonly originalPath: string;
  readonly originalQueryString: string;

  constructor(incoming: IncomingMessage) {
    this.incoming = incoming;
    this.Method = incoming.method!;
    this.Headers = new Headers(incoming.rawHeaders);
    const target = incoming.url!.replace(/^https?:\/\/[^/?#]*/i, '');
    const question = target.indexOf('?');
    this.originalPath = (question === -1 ? target : target.slice(0, question)) || '/';
    this.originalQueryString = question === -1 ? '' : target.slice(question);
    this.path = this.originalPath;
    this.queryString = this.originalQueryString;
    const length = incoming.headers['content-length'];
    const hasBody = incoming.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
    this.Body = hasBody ? Body.streaming(new RequestStream(incoming), this.Headers) : null;
  }

  get IpAddress(): string {
    return (this.incoming.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  }

  get Certificate(): X509Certificate | null {
    const socket = this.incoming.socket as Partial<TLSSocket>;
    return socket.getPeerX509Certificate?.() ?? null;
  }

  get certificateTrusted(): boolean {
    return (this.incoming.socket as Partial<TLSSocket>).authorized === true;
  }

  /** As the Host header says it; the socket's own address without one. */
  get authority(): string {
    const { localAddress, localPort } = this.incoming.socket;
    return this.incoming.headers.host ?? `${localAddress}:${localPort}`;
  }

  get OriginalUrl(): Url {
    const scheme = (this.incoming.socket as Partial<TLSSocket>).encrypted ? 'https' : 'http';
    const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(this.authority)!;
    const number = port === undefined ? defaultPort(scheme) : Number(port);
    return new RawUrl(scheme, host!, number, this.originalPath, this.originalQueryString);
  }

  get Url(): Url {
    if (!this.base) return this.OriginalUrl;
    const { scheme, hostname, port, path } = this.base;
    return new RawUrl(scheme, hostname, port, path + this.path, this.queryString);
  }
}

/** The answer on its way to the caller, or one that send-request got. */
export class Response implements PolicyResponse {
  StatusCode: number;
  StatusReason: string;
  readonly Headers: Headers;
  Body: Body<ResponseStream> | null;

  constructor(status = 200, reason?: string, headers = new Headers(), body: Body<ResponseStream> | null = null) {
    this.StatusCode = status;
    this.StatusReason = reason ?? STATUS_CODES[status] ?? '';
    this.Headers = headers;
    this.Body = body;
  }
}

/** Gives a message other content. What described the old one's length and compression goes. */
export function replaceBody(message: Request | Response, content: Buffer): void {
  message.Headers.delete('Content-Encoding');
  message.Headers.delete('Content-Length');
  message.Body = Body.of(content, message.Headers);
}
