import { isIPv4, isIPv6 } from 'node:net';
import type { Cell } from '../bind/bound.ts';
import { argument, argumentNull, format } from '../exceptions.ts';
import { NetObject } from '../runtime/value.ts';
import { define, type NetType, typeNamed } from '../type.ts';

/** An IPAddress: 4 or 16 bytes. */
class IPAddress extends NetObject {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array | null) {
    super();
    if (bytes === null) throw argumentNull('address');
    if (bytes.length !== 4 && bytes.length !== 16) throw argument('An invalid IP address was specified.', 'address');
    this.bytes = Uint8Array.from(bytes);
  }
  get netType(): NetType {
    return typeNamed('IPAddress');
  }
  override get key(): unknown {
    return `IPAddress ${this.toString()}`;
  }
  override equals(other: unknown): boolean {
    return other instanceof IPAddress && Buffer.compare(other.bytes, this.bytes) === 0;
  }
  override toString(): string {
    if (this.bytes.length === 4) return this.bytes.join('.');
    const groups = Array.from({ length: 8 }, (_, i) =>
      Buffer.from(this.bytes)
        .readUInt16BE(2 * i)
        .toString(16),
    );
    const mapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
    if (mapped) return `::ffff:${this.bytes.subarray(12).join('.')}`;
    // The URL standard shortens addresses by the same rules (RFC 5952).
    return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  }
}

/** Undefined for what is none. */
function read(text: string | null): IPAddress | undefined {
  const trimmed = text?.trim() ?? '';
  if (isIPv4(trimmed)) return new IPAddress(Uint8Array.from(trimmed.split('.'), Number));
  const plain = trimmed.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (!isIPv6(plain)) return undefined;
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return new IPAddress(Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff])));
}

define({
  name: 'IPAddress',
  namespace: 'System.Net',
  kind: 'class',
  base: 'object',
  members: {
    'IPAddress(byte[] address)': (bytes: Uint8Array | null) => new IPAddress(bytes),
    'static IPAddress Any': () => new IPAddress(new Uint8Array(4)),
    'static IPAddress Loopback': () => read('127.0.0.1'),
    'static IPAddress Parse(string ipString)': (text: string | null) => {
      if (text === null) throw argumentNull('ipString');
      const address = read(text);
      if (!address) throw format('An invalid IP address was specified.');
      return address;
    },
    'static bool TryParse(string ipString, out IPAddress address)': (text: string | null, result: Cell) => {
      result.v = read(text) ?? null;
      return result.v !== null;
    },
    'static bool IsLoopback(IPAddress address)': (address: IPAddress) =>
      address.bytes.length === 4 ? address.bytes[0] === 127 : address.toString() === '::1',
    'byte[] GetAddressBytes()': (self: IPAddress) => Uint8Array.from(self.bytes),
  },
});
