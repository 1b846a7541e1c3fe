import type { Cell } from '../bind/bound.ts';
import { argumentNull } from '../exceptions.ts';
import { Guid } from '../runtime/guid.ts';
import { define } from '../type.ts';
import { ordered } from './time.ts';

function parse(text: string | null): Guid {
  if (text === null) throw argumentNull('input');
  return Guid.parse(text);
}

define({
  name: 'Guid',
  namespace: 'System',
  kind: 'struct',
  base: 'object',
  interfaces: ['IComparable'],
  initial: Guid.empty,
  members: {
    'Guid(string g)': parse,
    'Guid(byte[] b)': (bytes: Uint8Array | null) => {
      if (bytes === null) throw argumentNull('b');
      return Guid.of(bytes);
    },
    'static Guid Empty': () => Guid.empty,
    'static Guid NewGuid()': () => Guid.create(),
    'static Guid Parse(string input)': parse,
    'static bool TryParse(string input, out Guid result)': (text: string | null, result: Cell) => {
      const guid = text === null ? undefined : Guid.tryParse(text);
      result.v = guid ?? Guid.empty;
      return guid !== undefined;
    },
    'string ToString(string format)': (self: Guid, format: string | null) => self.format(format),
    'byte[] ToByteArray()': (self: Guid) => self.bytes,
    ...ordered('Guid'),
  },
});
