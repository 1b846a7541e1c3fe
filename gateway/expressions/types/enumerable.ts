import { argument, argumentNull, argumentOutOfRange, invalidCast, invalidOperation, overflow } from '../exceptions.ts';
import { isInstance } from '../conversions.ts';
import { Sequence } from '../runtime/sequence.ts';
import { box, compare, defaultOf, equal, keyOf, NetObject, netArray, typeOf, unbox } from '../runtime/value.ts';
import { type Callable, define, type Implementation, typed, type NetType, typeNamed } from '../type.ts';
import { Dictionary, List, NetSet } from './collections.ts';

/*
 * System.Linq.Enumerable. Sequences are lazy, as in .NET: they are computed when gone through, each time anew.
 */

type Items = Iterable<unknown>;
type Select = (item: unknown, index?: number) => unknown;
type Test = (item: unknown, index?: number) => boolean;

function given(source: Items | null, parameter = 'source'): Items {
  if (source === null) throw argumentNull(parameter);
  return source;
}

/** An operator that gives a sequence of the method's type argument `result`. */
function lazy(result: string, generate: (source: Items, ...args: never[]) => Iterator<unknown>): Implementation {
  return typed((types) => {
    const element = types(result);
    return ((source: Items | null, ...args: never[]) => {
      const checked = given(source);
      return new Sequence(element, () => generate(checked, ...args));
    }) as Callable;
  });
}

/** An operator that goes through the source at once. */
function eager(compute: (source: Items, ...args: never[]) => unknown): Callable {
  return ((source: Items | null, ...args: never[]) => compute(given(source), ...args)) as Callable;
}

const noElements = () => invalidOperation('Sequence contains no elements');
const noMatch = () => invalidOperation('Sequence contains no matching element');

/** First, Last and Single, each with and without a test and a default. */
function picking(name: string, pick: (items: unknown[]) => unknown[]): Record<string, Implementation> {
  const take = (items: unknown[], isTested: boolean) => {
    const [found, ...more] = pick(items);
    if (name === 'Single' && more.length > 0)
      throw invalidOperation(`Sequence contains more than one ${isTested ? 'matching ' : ''}element`);
    return found;
  };
  const all = (source: Items, test?: Test) => (test ? [...source].filter((item) => test(item)) : [...source]);
  return {
    [`static T ${name}<T>(this IEnumerable<T> source)`]: eager((source) => {
      const items = all(source);
      if (items.length === 0) throw noElements();
      return take(items, false);
    }),
    [`static T ${name}<T>(this IEnumerable<T> source, Func<T, bool> predicate)`]: eager((source, test: Test) => {
      const items = all(source, test);
      if (items.length === 0) throw noMatch();
      return take(items, true);
    }),
    [`static T ${name}OrDefault<T>(this IEnumerable<T> source)`]: typed((types) => {
      const initial = defaultOf(types('T'));
      return eager((source) => {
        const items = all(source);
        return items.length === 0 ? initial : take(items, false);
      });
    }),
    [`static T ${name}OrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate)`]: typed((types) => {
      const initial = defaultOf(types('T'));
      return eager((source, test: Test) => {
        const items = all(source, test);
        return items.length === 0 ? initial : take(items, true);
      });
    }),
  };
}

/** A sequence with an order, which ThenBy refines. */
class Ordered extends NetObject implements Iterable<unknown> {
  readonly element: NetType;
  readonly source: Items;
  readonly orders: readonly ((a: unknown, b: unknown) => number)[];
  constructor(element: NetType, source: Items, orders: readonly ((a: unknown, b: unknown) => number)[]) {
    super();
    this.element = element;
    this.source = source;
    this.orders = orders;
  }
  get netType(): NetType {
    return typeNamed('IOrderedEnumerable<T>', new Map([['T', this.element]]));
  }
  [Symbol.iterator](): Iterator<unknown> {
    const order = (a: unknown, b: unknown) => {
      for (const one of this.orders) {
        const result = one(a, b);
        if (result !== 0) return result;
      }
      return 0;
    };
    return [...this.source].sort(order)[Symbol.iterator]();
  }
}

function ordering(name: string, direction: 1 | -1): Record<string, Implementation> {
  const by = (select: Select) => (a: unknown, b: unknown) => direction * compare(select(a), select(b));
  const isFirst = name.startsWith('Order');
  const receiver = isFirst ? 'IEnumerable<T>' : 'IOrderedEnumerable<T>';
  return {
    [`static IOrderedEnumerable<T> ${name}<T, TKey>(this ${receiver} source, Func<T, TKey> keySelector)`]: typed(
      (types) => {
        const element = types('T');
        return eager(
          (source, select: Select) =>
            new Ordered(
              element,
              source instanceof Ordered && !isFirst ? source.source : source,
              isFirst ? [by(select)] : [...(source as Ordered).orders, by(select)],
            ),
        );
      },
    ),
  };
}

/** Items with a common key. */
class Grouping extends NetObject implements Iterable<unknown> {
  readonly groupKey: unknown;
  readonly items: unknown[] = [];
  readonly #types: { key: NetType; element: NetType };
  constructor(types: { key: NetType; element: NetType }, key: unknown) {
    super();
    this.#types = types;
    this.groupKey = key;
  }
  get netType(): NetType {
    return typeNamed(
      'IGrouping<K, T>',
      new Map([
        ['K', this.#types.key],
        ['T', this.#types.element],
      ]),
    );
  }
  [Symbol.iterator](): Iterator<unknown> {
    return this.items[Symbol.iterator]();
  }
}

function group(
  source: Items,
  types: { key: NetType; element: NetType },
  key: Select,
  element: Select,
): Iterable<Grouping> {
  const groups = new Map<unknown, Grouping>();
  for (const item of source) {
    const itemKey = key(item);
    const at = keyOf(itemKey);
    let found = groups.get(at);
    if (!found) groups.set(at, (found = new Grouping(types, itemKey)));
    found.items.push(element(item));
  }
  return groups.values();
}

/** GroupBy, whose groups hold elements of the type that its parameter of this name has. */
function grouping(elements: 'T' | 'E') {
  return typed((types) => {
    const kinds = { key: types('TKey'), element: types(elements) };
    const result = typeNamed(
      'IGrouping<TKey, T>',
      new Map([
        ['TKey', kinds.key],
        ['T', kinds.element],
      ]),
    );
    return eager(
      (source, key: Select, element: Select = (item) => item) =>
        new Sequence(result, () => group(source, kinds, key, element)[Symbol.iterator]()),
    );
  });
}

const numbers = ['int', 'long', 'float', 'double'] as const;

/** Sum, Average, Max and Min over numbers, directly and by a selector. */
function aggregates(): Record<string, Implementation> {
  const members: Record<string, Implementation> = {};
  const values = (source: Items, select?: Select) =>
    select ? Array.from(source, (item) => select(item)) : [...source];
  const add = (type: string, name: string, result: string, compute: (items: (number | bigint)[]) => unknown) => {
    const run = (source: Items, select?: Select) => compute(values(source, select) as (number | bigint)[]);
    members[`static ${result} ${name}(this IEnumerable<${type}> source)`] = eager((source) => run(source));
    members[`static ${result} ${name}<T>(this IEnumerable<T> source, Func<T, ${type}> selector)`] = eager(
      (source, select: Select) => run(source, select),
    );
  };
  for (const type of numbers) {
    add(type, 'Sum', type, (items) => sum(items, type));
    add(type, 'Average', type === 'float' ? 'float' : 'double', (items) => {
      if (items.length === 0) throw noElements();
      return items.reduce((total: number, item) => total + Number(item), 0) / items.length;
    });
    add(type, 'Max', type, (items) => extreme(items, 1));
    add(type, 'Min', type, (items) => extreme(items, -1));
  }
  return members;
}

function sum(items: (number | bigint)[], type: (typeof numbers)[number]): number | bigint {
  const zero = type === 'long' ? 0n : 0;
  const total = items.reduce<number | bigint>(
    (so, item) => (type === 'long' ? (so as bigint) + (item as bigint) : (so as number) + (item as number)),
    zero,
  );
  const overflows =
    type === 'int' ? total !== (Number(total) | 0) : type === 'long' && total !== BigInt.asIntN(64, total as bigint);
  if (overflows) throw overflow();
  return total;
}

function extreme(items: unknown[], direction: 1 | -1): unknown {
  if (items.length === 0) throw noElements();
  return items.reduce((best, item) => (compare(item, best) * direction > 0 ? item : best));
}

function distinct(items: Items): unknown[] {
  return [...new NetSet(typeNamed('object'), items)];
}

define({
  name: 'IOrderedEnumerable',
  namespace: 'System.Linq',
  kind: 'interface',
  parameters: ['T'],
  interfaces: ['IEnumerable<T>'],
});
define({
  name: 'IGrouping',
  namespace: 'System.Linq',
  kind: 'interface',
  parameters: ['TKey', 'T'],
  interfaces: ['IEnumerable<T>'],
  members: { 'TKey Key': (self: Grouping) => self.groupKey },
});

define({
  name: 'Enumerable',
  namespace: 'System.Linq',
  kind: 'static',
  members: {
    'static IEnumerable<T> Empty<T>()': typed((types) => () => netArray(types('T'), [])),
    'static IEnumerable<int> Range(int start, int count)': (start: number, count: number) => {
      if (count < 0) throw argumentOutOfRange('count');
      return new Sequence(typeNamed('int'), function* () {
        for (let i = 0; i < count; i++) yield start + i;
      });
    },
    'static IEnumerable<T> Repeat<T>(T element, int count)': typed((types) => (element: unknown, count: number) => {
      if (count < 0) throw argumentOutOfRange('count');
      return new Sequence(types('T'), function* () {
        for (let i = 0; i < count; i++) yield element;
      });
    }),
    'static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, bool> predicate)': lazy(
      'T',
      function* (source, test: Test) {
        for (const item of source) if (test(item)) yield item;
      },
    ),
    'static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, int, bool> predicate)': lazy(
      'T',
      function* (source, test: Test) {
        let i = 0;
        for (const item of source) if (test(item, i++)) yield item;
      },
    ),
    'static IEnumerable<R> Select<T, R>(this IEnumerable<T> source, Func<T, R> selector)': lazy(
      'R',
      function* (source, select: Select) {
        for (const item of source) yield select(item);
      },
    ),
    'static IEnumerable<R> Select<T, R>(this IEnumerable<T> source, Func<T, int, R> selector)': lazy(
      'R',
      function* (source, select: Select) {
        let i = 0;
        for (const item of source) yield select(item, i++);
      },
    ),
    'static IEnumerable<R> SelectMany<T, R>(this IEnumerable<T> source, Func<T, IEnumerable<R>> selector)': lazy(
      'R',
      function* (source, select: Select) {
        for (const item of source) yield* select(item) as Items;
      },
    ),
    ...picking('First', (items) => items.slice(0, 1)),
    ...picking('Last', (items) => items.slice(-1)),
    ...picking('Single', (items) => items),
    'static T ElementAt<T>(this IEnumerable<T> source, int index)': eager((source, index: number) => {
      const items = [...source];
      if (index < 0 || index >= items.length) throw argumentOutOfRange('index');
      return items[index];
    }),
    'static T ElementAtOrDefault<T>(this IEnumerable<T> source, int index)': typed((types) => {
      const initial = defaultOf(types('T'));
      return eager((source, index: number) => {
        const items = [...source];
        return index < 0 || index >= items.length ? initial : items[index];
      });
    }),
    'static bool Any<T>(this IEnumerable<T> source)': eager((source) => !source[Symbol.iterator]().next().done),
    'static bool Any<T>(this IEnumerable<T> source, Func<T, bool> predicate)': eager((source, test: Test) => {
      for (const item of source) if (test(item)) return true;
      return false;
    }),
    'static bool All<T>(this IEnumerable<T> source, Func<T, bool> predicate)': eager((source, test: Test) => {
      for (const item of source) if (!test(item)) return false;
      return true;
    }),
    'static int Count<T>(this IEnumerable<T> source)': eager((source) => [...source].length),
    'static int Count<T>(this IEnumerable<T> source, Func<T, bool> predicate)': eager(
      (source, test: Test) => [...source].filter((item) => test(item)).length,
    ),
    'static bool Contains<T>(this IEnumerable<T> source, T value)': eager((source, value: unknown) => {
      for (const item of source) if (equal(item, value)) return true;
      return false;
    }),
    'static bool Contains<T>(this IEnumerable<T> source, T value, IEqualityComparer<T> comparer)': eager(
      (source, value: unknown, comparer: never) => new NetSet(typeNamed('object'), source, comparer).has(value),
    ),
    'static IEnumerable<T> Take<T>(this IEnumerable<T> source, int count)': lazy(
      'T',
      function* (source, count: number) {
        let left = count;
        if (left <= 0) return;
        for (const item of source) {
          yield item;
          if (--left === 0) return;
        }
      },
    ),
    'static IEnumerable<T> Skip<T>(this IEnumerable<T> source, int count)': lazy(
      'T',
      function* (source, count: number) {
        let left = count;
        for (const item of source) if (left-- <= 0) yield item;
      },
    ),
    'static IEnumerable<T> TakeWhile<T>(this IEnumerable<T> source, Func<T, bool> predicate)': lazy(
      'T',
      function* (source, test: Test) {
        for (const item of source) {
          if (!test(item)) return;
          yield item;
        }
      },
    ),
    'static IEnumerable<T> SkipWhile<T>(this IEnumerable<T> source, Func<T, bool> predicate)': lazy(
      'T',
      function* (source, test: Test) {
        let skipping = true;
        for (const item of source) {
          skipping &&= test(item);
          if (!skipping) yield item;
        }
      },
    ),
    'static IEnumerable<T> Concat<T>(this IEnumerable<T> first, IEnumerable<T> second)': lazy(
      'T',
      function* (first, second: Items) {
        yield* first;
        yield* second;
      },
    ),
    'static IEnumerable<T> Append<T>(this IEnumerable<T> source, T element)': lazy(
      'T',
      function* (source, element: unknown) {
        yield* source;
        yield element;
      },
    ),
    'static IEnumerable<T> Prepend<T>(this IEnumerable<T> source, T element)': lazy(
      'T',
      function* (source, element: unknown) {
        yield element;
        yield* source;
      },
    ),
    'static IEnumerable<T> Reverse<T>(this IEnumerable<T> source)': lazy('T', (source) =>
      [...source].reverse()[Symbol.iterator](),
    ),
    'static IEnumerable<T> Distinct<T>(this IEnumerable<T> source)': lazy('T', (source) =>
      distinct(source)[Symbol.iterator](),
    ),
    'static IEnumerable<T> Union<T>(this IEnumerable<T> first, IEnumerable<T> second)': lazy(
      'T',
      (first, second: Items) => distinct([...first, ...second])[Symbol.iterator](),
    ),
    'static IEnumerable<T> Intersect<T>(this IEnumerable<T> first, IEnumerable<T> second)': lazy(
      'T',
      (first, second: Items) => {
        const known = new NetSet(typeNamed('object'), second);
        return distinct(first)
          .filter((item) => known.has(item))
          [Symbol.iterator]();
      },
    ),
    'static IEnumerable<T> Except<T>(this IEnumerable<T> first, IEnumerable<T> second)': lazy(
      'T',
      (first, second: Items) => {
        const known = new NetSet(typeNamed('object'), second);
        return distinct(first)
          .filter((item) => !known.has(item))
          [Symbol.iterator]();
      },
    ),
    'static bool SequenceEqual<T>(this IEnumerable<T> first, IEnumerable<T> second)': eager((first, second: Items) => {
      const [a, b] = [[...first], [...second]];
      return a.length === b.length && a.every((item, i) => equal(item, b[i]));
    }),
    'static IEnumerable<R> Zip<A, B, R>(this IEnumerable<A> first, IEnumerable<B> second, Func<A, B, R> resultSelector)':
      lazy('R', function* (first, second: Items, select: (a: unknown, b: unknown) => unknown) {
        const others = second[Symbol.iterator]();
        for (const item of first) {
          const other = others.next();
          if (other.done) return;
          yield select(item, other.value);
        }
      }),
    'static IEnumerable<T> DefaultIfEmpty<T>(this IEnumerable<T> source)': typed((types) => {
      const element = types('T');
      return eager(
        (source) =>
          new Sequence(element, () => ([...source].length === 0 ? [defaultOf(element)] : source)[Symbol.iterator]()),
      );
    }),
    'static IEnumerable<T> DefaultIfEmpty<T>(this IEnumerable<T> source, T defaultValue)': lazy(
      'T',
      (source, fallback: unknown) => ([...source].length === 0 ? [fallback] : source)[Symbol.iterator](),
    ),
    ...ordering('OrderBy', 1),
    ...ordering('OrderByDescending', -1),
    ...ordering('ThenBy', 1),
    ...ordering('ThenByDescending', -1),
    'static IEnumerable<IGrouping<TKey, T>> GroupBy<T, TKey>(this IEnumerable<T> source, Func<T, TKey> keySelector)':
      grouping('T'),
    'static IEnumerable<IGrouping<TKey, E>> GroupBy<T, TKey, E>(this IEnumerable<T> source, Func<T, TKey> keySelector, Func<T, E> elementSelector)':
      grouping('E'),
    'static T Aggregate<T>(this IEnumerable<T> source, Func<T, T, T> func)': eager(
      (source, combine: (a: unknown, b: unknown) => unknown) => {
        const items = [...source];
        if (items.length === 0) throw noElements();
        return items.reduce((a, b) => combine(a, b));
      },
    ),
    'static A Aggregate<T, A>(this IEnumerable<T> source, A seed, Func<A, T, A> func)': eager(
      (source, seed: unknown, combine: (a: unknown, b: unknown) => unknown) =>
        [...source].reduce((a, b) => combine(a, b), seed),
    ),
    ...aggregates(),
    'static T Max<T>(this IEnumerable<T> source)': eager((source) => extreme([...source], 1)),
    'static T Min<T>(this IEnumerable<T> source)': eager((source) => extreme([...source], -1)),
    'static R Max<T, R>(this IEnumerable<T> source, Func<T, R> selector)': eager((source, select: Select) =>
      extreme(
        Array.from(source, (item) => select(item)),
        1,
      ),
    ),
    'static R Min<T, R>(this IEnumerable<T> source, Func<T, R> selector)': eager((source, select: Select) =>
      extreme(
        Array.from(source, (item) => select(item)),
        -1,
      ),
    ),
    'static IEnumerable<R> Cast<R>(this IEnumerable source)': typed((types) => {
      const wanted = types('R');
      return eager(
        (source) =>
          new Sequence(wanted, function* () {
            for (const item of source) {
              const object = asObject(source, item);
              if (object !== null && !isInstance(object, wanted))
                throw invalidCast(typeOf(object).fullName, wanted.fullName);
              yield wanted.isReference ? object : unbox(object);
            }
          }),
      );
    }),
    'static IEnumerable<R> OfType<R>(this IEnumerable source)': typed((types) => {
      const wanted = types('R');
      return eager(
        (source) =>
          new Sequence(wanted, function* () {
            for (const item of source) {
              const object = asObject(source, item);
              if (isInstance(object, wanted)) yield wanted.isReference ? object : unbox(object);
            }
          }),
      );
    }),
    'static T[] ToArray<T>(this IEnumerable<T> source)': typed((types) =>
      eager((source) => netArray(types('T'), [...source])),
    ),
    'static List<T> ToList<T>(this IEnumerable<T> source)': typed((types) =>
      eager((source) => new List(types('T'), [...source])),
    ),
    'static HashSet<T> ToHashSet<T>(this IEnumerable<T> source)': typed((types) =>
      eager((source) => new NetSet(types('T'), source)),
    ),
    'static IEnumerable<T> AsEnumerable<T>(this IEnumerable<T> source)': eager((source) => source),
    'static Dictionary<TKey, T> ToDictionary<T, TKey>(this IEnumerable<T> source, Func<T, TKey> keySelector)': typed(
      (types) => eager((source, key: Select) => dictionary(types('TKey'), types('T'), source, key, (item) => item)),
    ),
    'static Dictionary<TKey, E> ToDictionary<T, TKey, E>(this IEnumerable<T> source, Func<T, TKey> keySelector, Func<T, E> elementSelector)':
      typed((types) =>
        eager((source, key: Select, element: Select) => dictionary(types('TKey'), types('E'), source, key, element)),
      ),
  },
});

/** An element of a sequence that is not generic, as an object. */
function asObject(source: Items, item: unknown): unknown {
  const sequence = typeOf(source).ancestors.find(
    ({ definition, args }) => definition.name === 'IEnumerable' && args.length === 1,
  );
  return sequence ? box(sequence.args[0]!, item) : item;
}

function dictionary(keyType: NetType, valueType: NetType, source: Items, key: Select, element: Select): Dictionary {
  const result = new Dictionary(keyType, valueType);
  for (const item of source) {
    const itemKey = key(item);
    if (result.find(itemKey))
      throw argument(`An item with the same key has already been added. Key: ${String(itemKey)}`);
    result.set(itemKey, element(item));
  }
  return result;
}
