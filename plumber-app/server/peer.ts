import type { Socket } from 'node:net';

const known = new WeakMap<Socket, string>();

/** Both ends of a caller's connection as R's Rook variables name them: `ADDRESS PORT ADDRESS PORT`, the caller's first. */
export function peerOf(socket: Socket): string {
  let peer = known.get(socket);
  if (peer === undefined) {
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    peer = `${plain(remoteAddress)} ${remotePort ?? 0} ${plain(localAddress)} ${localPort ?? 0}`;
    known.set(socket, peer);
  }
  return peer;
}

/** An IPv4 address that arrived on a dual-stack socket, as IPv4. A connection that has just closed has none. */
function plain(address: string | undefined): string {
  return address?.replace(/^::ffff:(?=\d+\.)/, '') ?? '-';
}
