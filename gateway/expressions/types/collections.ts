import type { Cell } from '../bind/bound.ts';
import { argument, argumentNull, argumentOutOfRange, keyNotFound } from '../exceptions.ts';
import { compare, defaultOf, equal, keyOf, NetObject, netArray, textFor } from '../runtime/value.ts';
import { type Callable, define, typed, type NetType, typeNamed } from '../type.ts';
import type { KeyComparer } from './string.ts';

/** A KeyValuePair<TKey, TValue>. */
export class KeyValuePair extends NetObject {
  readonly keyType: NetType;
  readonly valueType: NetType;
  readonly pairKey: unknown;
  readonly value: unknown;
  constructor(keyType: NetType, valueType: NetType, key: unknown, value: unknown) {
    super();
    this.keyType = keyType;
    this.valueType = valueType;
    this.pairKey = key;
    this.value = value;
  }
  get netType(): NetType {
    return generic('KeyValuePair<K, V>', { K: this.keyType, V: this.valueType });
  }
  override equals(other: unknown): boolean {
    return other instanceof KeyValuePair && equal(this.pairKey, other.pairKey) && equal(this.value, other.value);
  }
  override toString(): string {
    return `[${textFor(this.keyType)(this.pairKey)}, ${textFor(this.valueType)(this.value)}]`;
  }
}

function generic(text: string, args: Record<string, NetType>): NetType {
  return typeNamed(text, new Map(Object.entries(args)));
}

/** A List<T>. */
export class List extends NetObject {
  readonly element: NetType;
  items: unknown[];
  constructor(element: NetType, items: unknown[] = []) {
    super();
    this.element = element;
    this.items = items;
  }
  get netType(): NetType {
    return generic('List<T>', { T: this.element });
  }
  [Symbol.iterator](): Iterator<unknown> {
    return this.items[Symbol.iterator]();
  }
  at(index: number): number {
    if (index < 0 || index >= this.items.length) {
      throw argumentOutOfRange(
        'index',
        'Index was out of range. Must be non-negative and less than the size of the collection.',
      );
    }
    return index;
  }
}

/** A Dictionary<TKey, TValue>, in the order in which keys were added. */
export class Dictionary extends NetObject {
  readonly keyType: NetType;
  readonly valueType: NetType;
  readonly #pairs = new Map<unknown, KeyValuePair>();
  readonly #keyOf: (value: unknown) => unknown;

  constructor(keyType: NetType, valueType: NetType, comparer: KeyComparer | null = null) {
    super();
    this.keyType = keyType;
    this.valueType = valueType;
    this.#keyOf = comparer ? (value) => comparer.keyOf(value) : keyOf;
  }
  get netType(): NetType {
    return generic('Dictionary<K, V>', { K: this.keyType, V: this.valueType });
  }
  get size(): number {
    return this.#pairs.size;
  }
  get pairs(): KeyValuePair[] {
    return [...this.#pairs.values()];
  }
  find(key: unknown): KeyValuePair | undefined {
    return this.#pairs.get(this.#checked(key));
  }
  set(key: unknown, value: unknown): void {
    const at = this.#checked(key);
    const known = this.#pairs.get(at);
    this.#pairs.set(at, new KeyValuePair(this.keyType, this.valueType, known ? known.pairKey : key, value));
  }
  delete(key: unknown): boolean {
    return this.#pairs.delete(this.#checked(key));
  }
  clear(): void {
    this.#pairs.clear();
  }
  [Symbol.iterator](): Iterator<unknown> {
    return this.#pairs.values();
  }
  #checked(key: unknown): unknown {
    if (key === null) throw argumentNull('key');
    return this.#keyOf(key);
  }
}

/** A HashSet<T>. */
export class NetSet extends NetObject {
  readonly element: NetType;
  readonly #items = new Map<unknown, unknown>();
  readonly #keyOf: (value: unknown) => unknown;
  constructor(element: NetType, items: Iterable<unknown> = [], comparer: KeyComparer | null = null) {
    super();
    this.element = element;
    this.#keyOf = comparer ? (value) => comparer.keyOf(value) : keyOf;
    for (const item of items) this.add(item);
  }
  get netType(): NetType {
    return generic('HashSet<T>', { T: this.element });
  }
  get size(): number {
    return this.#items.size;
  }
  has(item: unknown): boolean {
    return this.#items.has(this.#keyOf(item));
  }
  add(item: unknown): boolean {
    if (this.has(item)) return false;
    this.#items.set(this.#keyOf(item), item);
    return true;
  }
  delete(item: unknown): boolean {
    return this.#items.delete(this.#keyOf(item));
  }
  [Symbol.iterator](): Iterator<unknown> {
    return this.#items.values();
  }
}

function counted(self: unknown): number {
  if (self instanceof Dictionary || self instanceof NetSet) return self.size;
  if (self instanceof List) return self.items.length;
  if (Array.isArray(self) || self instanceof Uint8Array) return self.length;
  let count = 0;
  for (const item of self as Iterable<unknown>) {
    void item;
    count++;
  }
  return count;
}

function indexed(self: Iterable<unknown>, index: number): unknown {
  const items =
    self instanceof List ? self.items : Array.isArray(self) || self instanceof Uint8Array ? self : [...self];
  if (index < 0 || index >= items.length) {
    throw argumentOutOfRange(
      'index',
      'Index was out of range. Must be non-negative and less than the size of the collection.',
    );
  }
  return items[index];
}

function contains(self: Iterable<unknown>, value: unknown): boolean {
  for (const item of self) if (equal(item, value)) return true;
  return false;
}

const collections = 'System.Collections.Generic';

define({ name: 'IEnumerable', namespace: 'System.Collections', kind: 'interface' });
define({
  name: 'IEnumerable',
  namespace: collections,
  kind: 'interface',
  parameters: ['T'],
  interfaces: ['IEnumerable'],
});
define({
  name: 'IReadOnlyCollection',
  namespace: collections,
  kind: 'interface',
  parameters: ['T'],
  interfaces: ['IEnumerable<T>'],
  members: { 'int Count': counted },
});
define({
  name: 'IReadOnlyList',
  namespace: collections,
  kind: 'interface',
  parameters: ['T'],
  interfaces: ['IReadOnlyCollection<T>'],
  members: { 'T this[int index]': indexed },
});
define({
  name: 'ICollection',
  namespace: collections,
  kind: 'interface',
  parameters: ['T'],
  interfaces: ['IEnumerable<T>'],
  members: { 'int Count': counted, 'bool Contains(T item)': contains },
});
define({
  name: 'IList',
  namespace: collections,
  kind: 'interface',
  parameters: ['T'],
  interfaces: ['ICollection<T>'],
  members: {
    'T this[int index]': indexed,
    'int IndexOf(T item)': (self: Iterable<unknown>, value: unknown) =>
      [...self].findIndex((item) => equal(item, value)),
  },
});
define({
  name: 'KeyValuePair',
  namespace: collections,
  kind: 'struct',
  parameters: ['TKey', 'TValue'],
  base: 'object',
  members: {
    'KeyValuePair(TKey key, TValue value)': typed(
      (types) => (key: unknown, value: unknown) => new KeyValuePair(types('TKey'), types('TValue'), key, value),
    ),
    'TKey Key': (self: KeyValuePair) => self.pairKey,
    'TValue Value': (self: KeyValuePair) => self.value,
  },
});

function sort(self: List, order: (a: unknown, b: unknown) => number): void {
  self.items.sort(order);
}

define({
  name: 'List',
  namespace: collections,
  kind: 'class',
  parameters: ['T'],
  base: 'object',
  interfaces: ['IList<T>', 'IReadOnlyList<T>'],
  members: {
    'List()': typed((types) => () => new List(types('T'))),
    'List(int capacity)': typed((types) => () => new List(types('T'))),
    'List(IEnumerable<T> collection)': typed(
      (types) =>
        ((items: Iterable<unknown> | null) => {
          if (items === null) throw argumentNull('collection');
          return new List(types('T'), [...items]);
        }) as Callable,
    ),
    'int Count': (self: List) => self.items.length,
    'T this[int index]': {
      get: (self: List, index: number) => self.items[self.at(index)],
      set: (self: List, index: number, value: unknown) => (self.items[self.at(index)] = value),
    },
    'void Add(T item)': (self: List, item: unknown) => void self.items.push(item),
    'void AddRange(IEnumerable<T> collection)': (self: List, items: Iterable<unknown>) =>
      void self.items.push(...items),
    'void Insert(int index, T item)': (self: List, index: number, item: unknown) => {
      if (index < 0 || index > self.items.length)
        throw argumentOutOfRange('index', 'Index must be within the bounds of the List.');
      self.items.splice(index, 0, item);
    },
    'bool Remove(T item)': (self: List, item: unknown) => {
      const at = self.items.findIndex((one) => equal(one, item));
      if (at !== -1) self.items.splice(at, 1);
      return at !== -1;
    },
    'void RemoveAt(int index)': (self: List, index: number) => void self.items.splice(self.at(index), 1),
    'int RemoveAll(Predicate<T> match)': (self: List, match: (item: unknown) => boolean) => {
      const kept = self.items.filter((item) => !match(item));
      const removed = self.items.length - kept.length;
      self.items = kept;
      return removed;
    },
    'void Clear()': (self: List) => void (self.items = []),
    'bool Contains(T item)': (self: List, item: unknown) => contains(self, item),
    'int IndexOf(T item)': (self: List, item: unknown) => self.items.findIndex((one) => equal(one, item)),
    'bool Exists(Predicate<T> match)': (self: List, match: (item: unknown) => boolean) =>
      self.items.some((item) => match(item)),
    'T Find(Predicate<T> match)': typed((types) => {
      const initial = defaultOf(types('T'));
      return (self: List, match: (item: unknown) => boolean) => {
        const at = self.items.findIndex((item) => match(item));
        return at === -1 ? initial : self.items[at];
      };
    }),
    'List<T> FindAll(Predicate<T> match)': (self: List, match: (item: unknown) => boolean) =>
      new List(
        self.element,
        self.items.filter((item) => match(item)),
      ),
    'int FindIndex(Predicate<T> match)': (self: List, match: (item: unknown) => boolean) =>
      self.items.findIndex((item) => match(item)),
    'void ForEach(Action<T> action)': (self: List, action: (item: unknown) => void) =>
      self.items.forEach((item) => action(item)),
    'void Sort()': (self: List) => sort(self, compare),
    'void Sort(Comparison<T> comparison)': sort,
    'void Reverse()': (self: List) => void self.items.reverse(),
    'T[] ToArray()': (self: List) => netArray(self.element, [...self.items]),
    'List<T> GetRange(int index, int count)': (self: List, index: number, count: number) => {
      if (index < 0 || count < 0 || index + count > self.items.length)
        throw argument(
          'Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.',
        );
      return new List(self.element, self.items.slice(index, index + count));
    },
  },
});

function entry(self: Dictionary, key: unknown): unknown {
  const found = self.find(key);
  if (!found) throw keyNotFound(String(textFor(self.keyType)(key)));
  return found.value;
}

function tryGet(fallback: unknown): Callable {
  return (self: Dictionary, key: unknown, result: Cell) => {
    const found = self.find(key);
    result.v = found ? found.value : fallback;
    return found !== undefined;
  };
}

const readMembers = {
  'TValue this[TKey key]': {
    get: entry,
    set: (self: Dictionary, key: unknown, value: unknown) => self.set(key, value),
  },
  'bool ContainsKey(TKey key)': (self: Dictionary, key: unknown) => self.find(key) !== undefined,
  'bool TryGetValue(TKey key, out TValue value)': typed((types) => tryGet(defaultOf(types('TValue')))),
  'int Count': (self: Dictionary) => self.size,
  'ICollection<TKey> Keys': (self: Dictionary) =>
    new List(
      self.keyType,
      self.pairs.map((pair) => pair.pairKey),
    ),
  'ICollection<TValue> Values': (self: Dictionary) =>
    new List(
      self.valueType,
      self.pairs.map((pair) => pair.value),
    ),
};

function addPair(self: Dictionary, key: unknown, value: unknown): void {
  if (self.find(key))
    throw argument(`An item with the same key has already been added. Key: ${textFor(self.keyType)(key)}`);
  self.set(key, value);
}

const writeMembers = {
  'void Add(TKey key, TValue value)': addPair,
  'bool Remove(TKey key)': (self: Dictionary, key: unknown) => self.delete(key),
  'void Clear()': (self: Dictionary) => self.clear(),
};

const pairs = ['IEnumerable<KeyValuePair<TKey, TValue>>'];
const parameters = ['TKey', 'TValue'];

define({
  name: 'IReadOnlyDictionary',
  namespace: collections,
  kind: 'interface',
  parameters,
  interfaces: pairs,
  members: { ...readMembers, 'TValue this[TKey key]': entry },
});
define({
  name: 'IDictionary',
  namespace: collections,
  kind: 'interface',
  parameters,
  interfaces: pairs,
  members: { ...readMembers, ...writeMembers },
});
define({
  name: 'Dictionary',
  namespace: collections,
  kind: 'class',
  parameters,
  base: 'object',
  interfaces: ['IDictionary<TKey, TValue>', 'IReadOnlyDictionary<TKey, TValue>'],
  members: {
    'Dictionary()': typed((types) => () => new Dictionary(types('TKey'), types('TValue'))),
    'Dictionary(int capacity)': typed((types) => () => new Dictionary(types('TKey'), types('TValue'))),
    'Dictionary(IEqualityComparer<TKey> comparer)': typed(
      (types) => (comparer: KeyComparer | null) => new Dictionary(types('TKey'), types('TValue'), comparer),
    ),
    'Dictionary(IDictionary<TKey, TValue> dictionary)': typed((types) => (source: Dictionary) => {
      const copy = new Dictionary(types('TKey'), types('TValue'));
      for (const pair of source.pairs) copy.set(pair.pairKey, pair.value);
      return copy;
    }),
    ...readMembers,
    ...writeMembers,
    'bool ContainsValue(TValue value)': (self: Dictionary, value: unknown) =>
      self.pairs.some((pair) => equal(pair.value, value)),
  },
});

define({
  name: 'HashSet',
  namespace: collections,
  kind: 'class',
  parameters: ['T'],
  base: 'object',
  interfaces: ['ICollection<T>', 'IReadOnlyCollection<T>'],
  members: {
    'HashSet()': typed((types) => () => new NetSet(types('T'))),
    'HashSet(IEnumerable<T> collection)': typed(
      (types) => ((items: Iterable<unknown>) => new NetSet(types('T'), items)) as Callable,
    ),
    'HashSet(IEqualityComparer<T> comparer)': typed(
      (types) => (comparer: KeyComparer | null) => new NetSet(types('T'), [], comparer),
    ),
    'HashSet(IEnumerable<T> collection, IEqualityComparer<T> comparer)': typed(
      (types) =>
        ((items: Iterable<unknown>, comparer: KeyComparer | null) =>
          new NetSet(types('T'), items, comparer)) as Callable,
    ),
    'int Count': (self: NetSet) => self.size,
    'bool Add(T item)': (self: NetSet, item: unknown) => self.add(item),
    'bool Remove(T item)': (self: NetSet, item: unknown) => self.delete(item),
    'bool Contains(T item)': (self: NetSet, item: unknown) => self.has(item),
    'void UnionWith(IEnumerable<T> other)': (self: NetSet, other: Iterable<unknown>) => {
      for (const item of other) self.add(item);
    },
    'void ExceptWith(IEnumerable<T> other)': (self: NetSet, other: Iterable<unknown>) => {
      for (const item of other) self.delete(item);
    },
    'bool Overlaps(IEnumerable<T> other)': (self: NetSet, other: Iterable<unknown>) =>
      [...other].some((item) => self.has(item)),
    'bool IsSupersetOf(IEnumerable<T> other)': (self: NetSet, other: Iterable<unknown>) =>
      [...other].every((item) => self.has(item)),
  },
});
