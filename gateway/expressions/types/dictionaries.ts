import type { Cell } from '../bind/bound.ts';
import { keyNotFound } from '../exceptions.ts';
import { netArray } from '../runtime/value.ts';
import { define, type Implementation, typeNamed } from '../type.ts';
import { KeyValuePair } from './collections.ts';

/** A read-only dictionary of the context, over whatever holds its values. */
interface Source<T> {
  readonly value: string;
  readonly get: (self: T, key: string) => unknown;
  readonly names: (self: T) => Iterable<string>;
}

/** Declares the type of such a dictionary. */
export function defineDictionary<T>(name: string, source: Source<T>, more: Record<string, Implementation> = {}): void {
  const { value, get } = source;
  const pairs = (self: T) =>
    [...source.names(self)].map((key) => new KeyValuePair(typeNamed('string'), typeNamed(value), key, get(self, key)));
  define({
    name,
    kind: 'class',
    base: 'object',
    members: {
      [`${value} this[string key]`]: (self: T, key: string) => {
        const found = get(self, key);
        if (found === undefined) throw keyNotFound(key);
        return found;
      },
      'bool ContainsKey(string key)': (self: T, key: string) => get(self, key) !== undefined,
      [`bool TryGetValue(string key, out ${value} value)`]: (self: T, key: string, result: Cell) => {
        const found = get(self, key);
        result.v = found ?? null;
        return found !== undefined;
      },
      'int Count': (self: T) => [...source.names(self)].length,
      'IEnumerable<string> Keys': (self: T) => netArray(typeNamed('string'), [...source.names(self)]),
      [`IEnumerable<${value}> Values`]: (self: T) =>
        netArray(
          typeNamed(value),
          [...source.names(self)].map((key) => get(self, key)),
        ),
      ...(value !== 'object' && valueOrDefault(get)),
      ...more,
    },
    interfaces: [`IEnumerable<KeyValuePair<string, ${value}>>`],
    views: {
      [`IEnumerable<KeyValuePair<string, ${value}>>`]: (self: T) =>
        netArray(typeNamed(`KeyValuePair<string, ${value}>`), pairs(self)),
    },
  });
}

/** Where a key has several values, a text as the default gives them joined by commas, an array gives them as they are. */
function valueOrDefault<T>(get: Source<T>['get']): Record<string, Implementation> {
  const joined = (self: T, key: string) => {
    const value = get(self, key);
    return Array.isArray(value) ? value.join(',') : (value as string | undefined);
  };
  return {
    'string GetValueOrDefault(string key)': (self: T, key: string) => joined(self, key) ?? null,
    'string GetValueOrDefault(string key, string defaultValue)': (self: T, key: string, fallback: string | null) =>
      joined(self, key) ?? fallback,
    'V[] GetValueOrDefault<V>(string key, V[] defaultValue)': (self: T, key: string, fallback: unknown) =>
      get(self, key) ?? fallback,
  };
}

/** A dictionary whose values are in a Map. */
export const fromMap = <V>(convert: (value: V) => unknown) => ({
  get: (self: ReadonlyMap<string, V>, key: string) => {
    const found = self.get(key);
    return found === undefined ? undefined : convert(found);
  },
  names: (self: ReadonlyMap<string, V>) => self.keys(),
});
