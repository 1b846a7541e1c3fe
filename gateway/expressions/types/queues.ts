import { invalidOperation } from '../exceptions.ts';
import { equal, NetObject, netArray } from '../runtime/value.ts';
import { type Callable, define, type Implementation, type NetType, typed, typeNamed } from '../type.ts';

/** A Queue<T> or a Stack<T>: `items` are in the order in which they come out. */
class Line extends NetObject implements Iterable<unknown> {
  readonly element: NetType;
  readonly #name: 'Queue' | 'Stack';
  items: unknown[] = [];
  constructor(name: 'Queue' | 'Stack', element: NetType, items: Iterable<unknown> = []) {
    super();
    this.#name = name;
    this.element = element;
    for (const item of items) this.put(item);
  }
  get netType(): NetType {
    return typeNamed(`${this.#name}<T>`, new Map([['T', this.element]]));
  }
  put(item: unknown): void {
    if (this.#name === 'Queue') this.items.push(item);
    else this.items.unshift(item);
  }
  peek(): unknown {
    if (this.items.length === 0) throw invalidOperation(`${this.#name} empty.`);
    return this.items[0];
  }
  take(): unknown {
    const first = this.peek();
    this.items.shift();
    return first;
  }
  [Symbol.iterator](): Iterator<unknown> {
    return this.items[Symbol.iterator]();
  }
}

function defineLine(name: 'Queue' | 'Stack', put: string, take: string): void {
  const members: Record<string, Implementation> = {
    [`${name}()`]: typed((types) => () => new Line(name, types('T'))),
    [`${name}(int capacity)`]: typed((types) => () => new Line(name, types('T'))),
    [`${name}(IEnumerable<T> collection)`]: typed(
      (types) => ((items: Iterable<unknown>) => new Line(name, types('T'), items)) as Callable,
    ),
    'int Count': (self: Line) => self.items.length,
    [`void ${put}(T item)`]: (self: Line, item: unknown) => self.put(item),
    [`T ${take}()`]: (self: Line) => self.take(),
    'T Peek()': (self: Line) => self.peek(),
    'bool Contains(T item)': (self: Line, item: unknown) => self.items.some((known) => equal(known, item)),
    'void Clear()': (self: Line) => void (self.items = []),
    'T[] ToArray()': (self: Line) => netArray(self.element, [...self.items]),
  };
  define({
    name,
    namespace: 'System.Collections.Generic',
    kind: 'class',
    parameters: ['T'],
    base: 'object',
    interfaces: ['IReadOnlyCollection<T>'],
    members,
  });
}

defineLine('Queue', 'Enqueue', 'Dequeue');
defineLine('Stack', 'Push', 'Pop');
