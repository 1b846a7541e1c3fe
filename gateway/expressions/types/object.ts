import { NetTypeObject } from '../runtime/reflection.ts';
import { equal, keyOf, text, typeOf } from '../runtime/value.ts';
import { define } from '../type.ts';

define({
  name: 'object',
  clrName: 'Object',
  namespace: 'System',
  kind: 'class',
  members: {
    'object()': () => Object.freeze({}),
    'string ToString()': (self: unknown) => text(self),
    'bool Equals(object obj)': (self: unknown, other: unknown) => equal(self, other),
    'int GetHashCode()': (self: unknown) => hash(String(keyOf(self))),
    'Type GetType()': (self: unknown) => new NetTypeObject(typeOf(self)),
    'static bool Equals(object objA, object objB)': equal,
    'static bool ReferenceEquals(object objA, object objB)': (a: unknown, b: unknown) => a === b,
  },
});

/** Equal texts have equal numbers; .NET's own differ from one process to the next. */
export function hash(key: string): number {
  let sum = 17;
  for (let i = 0; i < key.length; i++) sum = (Math.imul(sum, 31) + key.charCodeAt(i)) | 0;
  return sum;
}

define({ name: 'void', kind: 'special' });

define({
  name: 'Type',
  namespace: 'System',
  kind: 'class',
  base: 'object',
  members: {
    'string Name': (self: NetTypeObject) => self.shortName,
    'string FullName': (self: NetTypeObject) => self.of.fullName,
    'static bool operator ==(Type left, Type right)': equal,
    'static bool operator !=(Type left, Type right)': (a: unknown, b: unknown) => !equal(a, b),
  },
});

define({ name: 'IComparable', namespace: 'System', kind: 'interface' });
