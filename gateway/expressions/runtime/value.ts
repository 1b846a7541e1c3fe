import { invalidOperation, NetException, nullReference, outOfMemory } from '../exceptions.ts';
import { arrayOf, construct, definitionNamed, type NetType, typeNamed, withoutNullable } from '../type.ts';
import { formatDouble, formatSingle } from './number-format.ts';

/*
 * How .NET values are carried. Where the static type is known: int and the smaller integers, char, float, double and
 * enums as number, long and ulong as bigint, bool, string, null, arrays as arrays (byte[] as Uint8Array), T? as T or
 * null, and everything else as an object of ours. Where it is `object`, a value must know its type: a number is an int,
 * a bigint a long, and what is neither is Boxed.
 */

/** An object that knows its .NET type. `toString` is .NET's ToString. */
export abstract class NetObject {
  abstract get netType(): NetType;
  /** Equality as .NET's Equals has it; by reference unless a type says otherwise. */
  equals(other: unknown): boolean {
    return this === other;
  }
  /** Equal objects have equal keys; used by dictionaries and sets. */
  get key(): unknown {
    return this;
  }
  /** Below, at or above zero; only for types that implement IComparable. */
  compareTo?(other: unknown): number;
  toString(): string {
    return this.netType.fullName;
  }
}

/** A value of a simple type whose JavaScript value alone does not tell the type. */
export class Boxed {
  readonly type: NetType;
  readonly value: number | bigint;
  constructor(type: NetType, value: number | bigint) {
    this.type = type;
    this.value = value;
  }
  toString(): string {
    return textFor(this.type)(this.value);
  }
}

const needsBox = new Set(['sbyte', 'byte', 'short', 'ushort', 'uint', 'ulong', 'float', 'double', 'char']);

/** Turns a value of static type `type` into what an `object` holds; undefined when both are the same. */
export function boxing(type: NetType): ((value: unknown) => unknown) | undefined {
  const plain = withoutNullable(type);
  if (plain.definition.kind !== 'enum' && !needsBox.has(plain.name)) return undefined;
  if (type.isNullable) return (value) => (value === null ? null : new Boxed(plain, value as number));
  return (value) => new Boxed(plain, value as number);
}

export function box(type: NetType, value: unknown): unknown {
  const apply = boxing(type);
  return apply ? apply(value) : value;
}

export function unbox(value: unknown): unknown {
  return value instanceof Boxed ? value.value : value;
}

/** More elements than this are refused as .NET refuses what does not fit its memory. */
const mostElements = 2 ** 26;

/** An array of one value, repeated. Throws OutOfMemoryException beyond all bounds. */
export function repeated(element: NetType, count: number, value: unknown): unknown[] | Uint8Array {
  if (count > mostElements) throw outOfMemory();
  return netArray(element, new Array<unknown>(count).fill(value));
}

const elementTypes = new WeakMap<object, NetType>();

/** An array of .NET: the JavaScript array itself, marked with its element type. */
export function netArray(element: NetType, items: unknown[]): unknown[] | Uint8Array {
  if (element.name === 'byte') return Uint8Array.from(items as number[]);
  elementTypes.set(items, element);
  return items;
}

/** The type of an object at run time. Unmarked arrays come from the gateway and hold strings. */
export function typeOf(value: unknown): NetType {
  if (typeof value === 'string') return typeNamed('string');
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) <= 2 ** 31 ? typeNamed('int') : typeNamed('double');
  if (typeof value === 'boolean') return typeNamed('bool');
  if (typeof value === 'bigint') return typeNamed('long');
  if (value instanceof Boxed) return value.type;
  if (value instanceof NetObject) return value.netType;
  if (value instanceof Uint8Array) return typeNamed('byte[]');
  if (value instanceof NetException) return typeNamed(value.netType);
  if (Array.isArray(value)) return arrayOf(elementTypes.get(value) ?? typeNamed('string'));
  return foreignType(value) ?? construct(definitionNamed('object')!);
}

const foreign: { is: (value: object) => boolean; name: string }[] = [];

/** Tells the type of objects that are not ours: the gateway's context and errors. */
export function recognise(name: string, is: (value: object) => boolean): void {
  foreign.push({ is, name });
}

function foreignType(value: unknown): NetType | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = foreign.find(({ is }) => is(value));
  return found && typeNamed(found.name);
}

/** What ToString gives for a value of static type `type`, null giving an empty string. */
export function textFor(type: NetType): (value: unknown) => string {
  if (type.isNullable) {
    const inner = textFor(type.args[0]!);
    return (value) => (value === null ? '' : inner(value));
  }
  switch (type.name) {
    case 'double':
      return (value) => formatDouble(value as number);
    case 'float':
      return (value) => formatSingle(value as number);
    case 'char':
      return (value) => String.fromCharCode(value as number);
    case 'string':
      return (value) => (value as string | null) ?? '';
  }
  if (type.definition.kind === 'enum') return (value) => enumText(type, value as number);
  if (needsBox.has(type.name) || type.name === 'int' || type.name === 'long') return (value) => String(value);
  return text;
}

/** What ToString gives for an object; null gives an empty string, as string.Concat and string.Format have it. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatDouble(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return value.toString();
  if (value === null || value === undefined) return '';
  if (value instanceof NetObject || value instanceof Boxed || value instanceof Error) return value.toString();
  return foreignText(value);
}

function foreignText(value: unknown): string {
  const type = typeOf(value);
  return type.definition.name === 'IUrl' ? String(value) : type.fullName;
}

function enumText(type: NetType, value: number): string {
  const values = Object.entries(type.definition.values ?? {});
  const exact = values.find(([, number]) => number === value);
  if (exact) return exact[0];
  const flags = values.filter(([, number]) => number !== 0 && (value & number) === number);
  const covered = flags.reduce((sum, [, number]) => sum | number, 0);
  return covered === value && flags.length > 0 ? flags.map(([name]) => name).join(', ') : String(value);
}

/** Equality as EqualityComparer<T>.Default and object.Equals have it. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (a instanceof Boxed)
    return b instanceof Boxed && a.type === b.type && (a.value === b.value || bothNaN(a.value, b.value));
  if (a instanceof NetObject) return a.equals(b);
  return bothNaN(a, b);
}

function bothNaN(a: unknown, b: unknown): boolean {
  return typeof a === 'number' && typeof b === 'number' && Number.isNaN(a) && Number.isNaN(b);
}

/** A key for JavaScript's Map and Set under which equal values fall together. */
export function keyOf(value: unknown): unknown {
  if (value instanceof Boxed) return `\0${value.type.name}\0${String(value.value)}`;
  return value instanceof NetObject ? value.key : value;
}

const collator = new Intl.Collator('en-US');

/** Strings as .NET's culture-sensitive comparison orders them: -1, 0 or 1. */
export function compareText(a: string, b: string): number {
  return Math.sign(collator.compare(a, b));
}

/** Order as Comparer<T>.Default has it: null first; strings by culture. Throws for what cannot be ordered. */
export function compare(a: unknown, b: unknown): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (a instanceof Boxed && b instanceof Boxed && a.type === b.type) return compare(a.value, b.value);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if ((typeof a === 'number' || typeof a === 'bigint' || typeof a === 'boolean') && typeof a === typeof b)
    return compareSimple(a, b as typeof a);
  if (a instanceof NetObject && a.compareTo && b instanceof NetObject) return a.compareTo(b);
  throw invalidOperation('Failed to compare two elements in the array.');
}

/** NaN comes before every number. */
function compareSimple<T extends number | bigint | boolean>(a: T, b: T): number {
  if (a === b) return 0;
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  return a < b ? -1 : 1;
}

/** What a variable of the type holds before it is assigned, and what `default(T)` gives. */
export function defaultOf(type: NetType): unknown {
  if (type.isNullable || !type.isValue) return null;
  return type.definition.kind === 'enum' ? 0 : (type.definition.initial ?? null);
}

/** The value, unless it is null: then what .NET throws where a member of null is used. */
export function nonNull(value: unknown): unknown {
  if (value === null || value === undefined) throw nullReference();
  return value;
}
