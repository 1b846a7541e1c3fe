import { argumentOutOfRange, indexOutOfRange } from '../exceptions.ts';
import { compare, equal, netArray } from '../runtime/value.ts';
import { define, typed } from '../type.ts';

type Items = unknown[] | Uint8Array;

function checked(self: Items, index: number): number {
  if (index < 0 || index >= self.length) throw indexOutOfRange();
  return index;
}

define({
  name: 'Array',
  namespace: 'System',
  kind: 'class',
  parameters: ['T'],
  base: 'object',
  interfaces: ['IList<T>', 'IReadOnlyList<T>'],
  members: {
    'int Length': (self: Items) => self.length,
    'long LongLength': (self: Items) => BigInt(self.length),
    'T this[int index]': {
      get: (self: Items, index: number) => self[checked(self, index)],
      set: (self: Items, index: number, value: never) => (self[checked(self, index)] = value),
    },
    'int GetLength(int dimension)': (self: Items) => self.length,
    'T[] Clone()': typed((types) => (self: Items) => netArray(types('T'), Array.from(self as unknown[]))),
    'void CopyTo(T[] array, int index)': (self: Items, target: unknown[], index: number) => {
      if (index < 0 || index + self.length > target.length) throw argumentOutOfRange('index');
      for (let i = 0; i < self.length; i++) target[index + i] = self[i];
    },
  },
});

/** The static methods, which C# calls on `Array` without type arguments. */
define({
  name: 'Array',
  namespace: 'System',
  kind: 'class',
  base: 'object',
  members: {
    'static int IndexOf<T>(T[] array, T value)': (items: Items, value: unknown) =>
      Array.from(items as unknown[]).findIndex((item) => equal(item, value)),
    'static void Reverse<T>(T[] array)': (items: Items) => void items.reverse(),
    'static void Sort<T>(T[] array)': (items: unknown[]) => void items.sort(compare),
    'static bool Exists<T>(T[] array, Predicate<T> match)': (items: unknown[], match: (item: unknown) => boolean) =>
      items.some((item) => match(item)),
    'static T Find<T>(T[] array, Predicate<T> match)': (items: unknown[], match: (item: unknown) => boolean) =>
      items.find((item) => match(item)) ?? null,
    'static T[] Empty<T>()': typed((types) => () => netArray(types('T'), [])),
    'static void Copy<T>(T[] sourceArray, int sourceIndex, T[] destinationArray, int destinationIndex, int length)': (
      from: Items,
      start: number,
      to: unknown[],
      at: number,
      length: number,
    ) => {
      if (start < 0 || at < 0 || length < 0 || start + length > from.length || at + length > to.length)
        throw argumentOutOfRange('length');
      const copied = Array.from(from as unknown[]).slice(start, start + length);
      for (let i = 0; i < length; i++) to[at + i] = copied[i];
    },
  },
});
