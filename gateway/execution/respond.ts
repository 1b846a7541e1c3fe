import type { ServerResponse } from 'node:http';
import type { Exchange } from './exchange.ts';
import { endToEnd } from './hop-by-hop.ts';

/** Sends `exchange.response`: bytes and headers as they came, except for what policies changed. */
export function respond(exchange: Exchange, out: ServerResponse): void {
  const { response, request } = exchange;
  const { StatusCode: status, StatusReason: reason, Headers: headers, Body: body } = response;
  const stream = body?.takeStream();
  if (exchange.gone || out.destroyed) {
    stream?.discard();
    return;
  }
  const bodiless = request.incoming.method === 'HEAD' || status === 204 || status === 304;
  const bytes = body?.bytes ?? Buffer.alloc(0);
  // A length is only known to be right as long as the bytes are the backend's own.
  const flat = stream || bodiless ? endToEnd(headers) : endToEnd(headers, 'content-length');
  if (!stream && !bodiless) flat.push('Content-Length', String(bytes.length));
  try {
    out.writeHead(status, reason, flat);
  } catch (error) {
    // A policy has set a header, a status or a reason that HTTP can't carry.
    exchange.runtime.logger.error({ requestId: exchange.RequestId }, `The response can't be sent: ${String(error)}`);
    stream?.discard();
    const message = `{ "statusCode": 500, "message": "Internal server error", "activityId": "${exchange.RequestId}" }`;
    out.writeHead(500, { 'Content-Type': 'application/json', 'Content-Length': message.length });
    out.end(message);
    return;
  }
  if (bodiless) {
    stream?.discard();
    out.end();
  } else if (stream) {
    stream.sendTo(out, (length) => (exchange.sentBytes += length));
  } else {
    exchange.sentBytes = bytes.length;
    out.end(bytes);
  }
}
