import { argument } from '../exceptions.ts';
import { define, type Implementation } from '../type.ts';

type Kind = 'short' | 'ushort' | 'int' | 'uint' | 'long' | 'ulong' | 'float' | 'double' | 'char';

const sizes: Readonly<Record<Kind, number>> = {
  short: 2,
  ushort: 2,
  char: 2,
  int: 4,
  uint: 4,
  float: 4,
  long: 8,
  ulong: 8,
  double: 8,
};
const names: Readonly<Record<Kind, string>> = {
  short: 'Int16',
  ushort: 'UInt16',
  char: 'Char',
  int: 'Int32',
  uint: 'UInt32',
  float: 'Single',
  long: 'Int64',
  ulong: 'UInt64',
  double: 'Double',
};

function write(kind: Kind, value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(sizes[kind]);
  const view = new DataView(bytes.buffer);
  if (kind === 'float') view.setFloat32(0, value as number, true);
  else if (kind === 'double') view.setFloat64(0, value as number, true);
  else if (sizes[kind] === 8) view.setBigUint64(0, BigInt.asUintN(64, value as bigint), true);
  else if (sizes[kind] === 4) view.setUint32(0, value as number, true);
  else view.setUint16(0, value as number, true);
  return bytes;
}

function read(kind: Kind, bytes: Uint8Array, start: number): number | bigint {
  if (start < 0 || start + sizes[kind] > bytes.length) {
    throw argument(
      'Destination array is not long enough to copy all the items in the collection. Check array index and length.',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  switch (kind) {
    case 'short':
      return view.getInt16(0, true);
    case 'ushort':
    case 'char':
      return view.getUint16(0, true);
    case 'int':
      return view.getInt32(0, true);
    case 'uint':
      return view.getUint32(0, true);
    case 'long':
      return view.getBigInt64(0, true);
    case 'ulong':
      return view.getBigUint64(0, true);
    case 'float':
      return view.getFloat32(0, true);
    case 'double':
      return view.getFloat64(0, true);
  }
}

function both(kind: Kind): Record<string, Implementation> {
  return {
    [`static byte[] GetBytes(${kind} value)`]: (value: number | bigint) => write(kind, value),
    [`static ${kind} To${names[kind]}(byte[] value, int startIndex)`]: (bytes: Uint8Array, start: number) =>
      read(kind, bytes, start),
  };
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('-');
}

// The bytes are in the order of x64: the lowest first.
define({
  name: 'BitConverter',
  namespace: 'System',
  kind: 'static',
  members: {
    'static bool IsLittleEndian': () => true,
    'static string ToString(byte[] value)': toHex,
    'static string ToString(byte[] value, int startIndex, int length)': (
      bytes: Uint8Array,
      start: number,
      length: number,
    ) => toHex(bytes.subarray(start, start + length)),
    ...(Object.assign({}, ...(Object.keys(sizes) as Kind[]).map(both)) as Record<string, Implementation>),
  },
});
