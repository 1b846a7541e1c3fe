import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Milliseconds } from '../service/units.ts';
import type { Clock } from './clock.ts';

/** The TLS certificate that the gateway shows. */
export interface Certificate {
  /** ISO 8601 in UTC. */
  readonly validTo: string;
  /** Whole days until then; negative once it has expired. */
  readonly daysLeft: number;
}

const day: Milliseconds = 86_400_000;

/**
 * Reads the gateway's certificate, valid or not: one that has expired is what this is for. The calls themselves trust valid ones
 * alone.
 *
 * @returns undefined for a gateway that speaks plain HTTP
 * @throws Error when no connection comes about within the deadline
 */
export async function readCertificate(
  gateway: string,
  clock: Clock,
  deadline: Milliseconds,
  signal?: AbortSignal,
): Promise<Certificate | undefined> {
  const { protocol, hostname, port } = new URL(gateway);
  if (protocol !== 'https:') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({
    host,
    port: port === '' ? 443 : Number(port),
    // It is looked at, not trusted: nothing is sent.
    rejectUnauthorized: false,
    ...(isIP(host) === 0 && { servername: host }),
  });
  try {
    const late = AbortSignal.timeout(deadline);
    await once(socket, 'secureConnect', { signal: signal === undefined ? late : AbortSignal.any([late, signal]) });
    const validTo = new Date(socket.getPeerCertificate().valid_to);
    return {
      validTo: validTo.toISOString(),
      daysLeft: Math.floor((validTo.getTime() - clock.now().getTime()) / day),
    };
  } finally {
    socket.destroy();
  }
}
