import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { UserError } from '../../service/errors.ts';

/** Binds a server. Resolves to the port, a free one for 0. @throws UserError when the address cannot be used */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new UserError(explained(error as NodeJS.ErrnoException, port, host));
  }
  return (server.address() as AddressInfo).port;
}

function explained({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  if (code === 'EADDRINUSE')
    return `port ${port} on ${host} is in use: stop what listens there, or choose another port`;
  if (code === 'EACCES') return `port ${port} on ${host} may not be used by this user: choose one above 1023`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is not an address of this machine`;
  return `cannot listen on port ${port} of ${host}: ${message}`;
}
