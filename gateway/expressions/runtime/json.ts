import { argument, argumentOutOfRange, invalidOperation } from '../exceptions.ts';
import { type NetType, typeNamed } from '../type.ts';
import { DateTime } from './datetime.ts';
import { DateTimeOffset } from './datetime-offset.ts';
import { Guid } from './guid.ts';
import { writeJson } from './json-write.ts';
import { TimeSpan } from './timespan.ts';
import { Boxed, compare, equal, NetObject, text } from './value.ts';

/** JTokenType. */
export const tokenType = {
  object: 1,
  array: 2,
  property: 4,
  integer: 6,
  float: 7,
  string: 8,
  boolean: 9,
  null: 10,
  undefined: 11,
  date: 12,
  bytes: 14,
  guid: 15,
  uri: 16,
  timeSpan: 17,
} as const;

const typeNames: Readonly<Record<number, string>> = {
  1: 'Object',
  2: 'Array',
  4: 'Property',
  6: 'Integer',
  7: 'Float',
  8: 'String',
  9: 'Boolean',
  10: 'Null',
  11: 'Undefined',
  12: 'Date',
  14: 'Bytes',
  15: 'Guid',
  16: 'Uri',
  17: 'TimeSpan',
};

/** A Newtonsoft.Json.Linq.JToken: what JSON is in expressions. Tokens form a tree and can be changed. */
export abstract class JToken extends NetObject {
  parent: JContainer | null = null;
  abstract get tokenType(): number;
  abstract clone(): JToken;
  abstract sameAs(other: JToken): boolean;

  get typeName(): string {
    return typeNames[this.tokenType]!;
  }

  get children(): readonly JToken[] {
    return [];
  }

  get root(): JToken {
    return this.parent?.root ?? this;
  }

  /** Where the token is, as JSONPath from the root. */
  get path(): string {
    const { parent } = this;
    if (!parent) return '';
    if (parent instanceof JProperty) return parent.path;
    const before = parent.path;
    if (parent instanceof JArray) return `${before}[${parent.items.indexOf(this)}]`;
    const { name } = this as unknown as JProperty;
    if (!/^[\p{L}\p{N}_$-]+$/u.test(name)) return `${before}['${name.replace(/['\\]/g, '\\$&')}']`;
    return before === '' ? name : `${before}.${name}`;
  }

  /** The child under a property name or an index; null where an object has no such property. */
  child(key: unknown): JToken | null {
    void key;
    throw invalidOperation(`Cannot access child value on ${this.netType.fullName}.`);
  }

  setChild(key: unknown, value: JToken | null): void {
    void key;
    void value;
    throw invalidOperation(`Cannot set child value on ${this.netType.fullName}.`);
  }

  remove(): void {
    if (!this.parent) throw invalidOperation('The parent is missing.');
    this.parent.removeChild(this);
  }

  replace(value: JToken | null): void {
    if (!this.parent) throw invalidOperation('The parent is missing.');
    this.parent.replaceChild(this, orNull(value));
  }

  toJson(indented: boolean): string {
    return writeJson(this, indented);
  }

  override toString(): string {
    return this.toJson(true);
  }
}

export abstract class JContainer extends JToken {
  abstract removeChild(child: JToken): void;
  abstract replaceChild(child: JToken, by: JToken): void;

  /** A token belongs to one container: one that has a place already is copied. */
  protected adopt<T extends JToken>(token: T): T {
    const own = token.parent === null && token.root !== this.root ? token : (token.clone() as T);
    own.parent = this;
    return own;
  }

  [Symbol.iterator](): Iterator<JToken> {
    return this.children[Symbol.iterator]();
  }

  *descendants(): IterableIterator<JToken> {
    for (const child of this.children) {
      yield child;
      if (child instanceof JContainer) yield* child.descendants();
    }
  }
}

/** A null where JSON is expected is JSON's null. */
export function orNull(token: JToken | null): JToken {
  return token ?? new JValue(null);
}

export class JProperty extends JContainer {
  readonly name: string;
  #value: JToken;

  constructor(name: string, value: JToken) {
    super();
    this.name = name;
    this.#value = this.adopt(value);
  }
  get netType(): NetType {
    return typeNamed('JProperty');
  }
  get tokenType(): number {
    return tokenType.property;
  }
  get value(): JToken {
    return this.#value;
  }
  set value(value: JToken) {
    this.#value.parent = null;
    this.#value = this.adopt(value);
  }
  override get children(): readonly JToken[] {
    return [this.#value];
  }
  removeChild(): void {
    throw argument('Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.');
  }
  replaceChild(_child: JToken, by: JToken): void {
    this.value = by;
  }
  clone(): JProperty {
    return new JProperty(this.name, this.#value.clone());
  }
  sameAs(other: JToken): boolean {
    return other instanceof JProperty && other.name === this.name && this.#value.sameAs(other.value);
  }
}

export class JObject extends JContainer {
  readonly properties = new Map<string, JProperty>();

  get netType(): NetType {
    return typeNamed('JObject');
  }
  get tokenType(): number {
    return tokenType.object;
  }
  override get children(): readonly JProperty[] {
    return [...this.properties.values()];
  }

  get(name: string): JToken | null {
    return this.properties.get(name)?.value ?? null;
  }

  set(name: string, value: JToken): void {
    const property = this.properties.get(name);
    if (property) property.value = value;
    else this.addProperty(new JProperty(name, value));
  }

  addProperty(property: JProperty): void {
    if (this.properties.has(property.name)) {
      throw argument(
        `Can not add property ${property.name} to Newtonsoft.Json.Linq.JObject. Property with the same name already exists on object.`,
      );
    }
    this.properties.set(property.name, this.adopt(property));
  }

  override child(key: unknown): JToken | null {
    if (typeof key === 'string') return this.get(key);
    throw argument(`Accessed JObject values with invalid key value: ${text(key)}. Object property name expected.`);
  }
  override setChild(key: unknown, value: JToken | null): void {
    if (typeof key !== 'string')
      throw argument(`Set JObject values with invalid key value: ${text(key)}. Object property name expected.`);
    this.set(key, orNull(value));
  }
  removeChild(child: JToken): void {
    this.properties.delete((child as JProperty).name);
    child.parent = null;
  }
  replaceChild(child: JToken, by: JToken): void {
    if (!(by instanceof JProperty))
      throw argument(`Can not add ${by.netType.fullName} to Newtonsoft.Json.Linq.JObject.`);
    const properties = [...this.properties.values()].map((property) =>
      property === child ? this.adopt(by) : property,
    );
    child.parent = null;
    this.properties.clear();
    for (const property of properties) this.properties.set(property.name, property);
  }
  clone(): JObject {
    const copy = new JObject();
    for (const property of this.properties.values()) copy.addProperty(property.clone());
    return copy;
  }
  sameAs(other: JToken): boolean {
    if (!(other instanceof JObject) || other.properties.size !== this.properties.size) return false;
    return this.children.every((property) => other.properties.get(property.name)?.sameAs(property) ?? false);
  }
}

export class JArray extends JContainer {
  readonly items: JToken[] = [];

  get netType(): NetType {
    return typeNamed('JArray');
  }
  get tokenType(): number {
    return tokenType.array;
  }
  override get children(): readonly JToken[] {
    return this.items;
  }

  at(index: number): JToken {
    const item = this.items[index];
    if (!item) throw outside();
    return item;
  }

  insert(index: number, token: JToken): void {
    if (index < 0 || index > this.items.length) throw outside();
    this.items.splice(index, 0, this.adopt(token));
  }

  removeAt(index: number): void {
    this.at(index).parent = null;
    this.items.splice(index, 1);
  }

  override child(key: unknown): JToken | null {
    if (typeof key === 'number') return this.at(key);
    throw argument(`Accessed JArray values with invalid key value: ${quoted(key)}. Int32 array index expected.`);
  }
  override setChild(key: unknown, value: JToken | null): void {
    if (typeof key !== 'number')
      throw argument(`Set JArray values with invalid key value: ${quoted(key)}. Int32 array index expected.`);
    this.replaceChild(this.at(key), orNull(value));
  }
  removeChild(child: JToken): void {
    this.removeAt(this.items.indexOf(child));
  }
  replaceChild(child: JToken, by: JToken): void {
    const index = this.items.indexOf(child);
    child.parent = null;
    this.items[index] = this.adopt(by);
  }
  clone(): JArray {
    const copy = new JArray();
    for (const item of this.items) copy.insert(copy.items.length, item.clone());
    return copy;
  }
  sameAs(other: JToken): boolean {
    return (
      other instanceof JArray &&
      other.items.length === this.items.length &&
      this.items.every((item, i) => item.sameAs(other.items[i]!))
    );
  }
}

function outside() {
  return argumentOutOfRange(
    'index',
    'Index was out of range. Must be non-negative and less than the size of the collection.',
  );
}

function quoted(key: unknown): string {
  return typeof key === 'string' ? `"${key}"` : text(key);
}

/** What a JValue holds, unboxed: an integer as bigint, a decimal number as number. */
export type Scalar = null | string | boolean | bigint | number | NetObject | Uint8Array;

export class JValue extends JToken {
  value: Scalar;
  constructor(value: Scalar) {
    super();
    this.value = value;
  }
  get netType(): NetType {
    return typeNamed('JValue');
  }
  get tokenType(): number {
    const { value } = this;
    if (value === null) return tokenType.null;
    if (typeof value === 'string') return tokenType.string;
    if (typeof value === 'boolean') return tokenType.boolean;
    if (typeof value === 'bigint') return tokenType.integer;
    if (typeof value === 'number') return tokenType.float;
    if (value instanceof DateTime || value instanceof DateTimeOffset) return tokenType.date;
    if (value instanceof Guid) return tokenType.guid;
    if (value instanceof TimeSpan) return tokenType.timeSpan;
    return value instanceof Uint8Array ? tokenType.bytes : tokenType.uri;
  }

  /** The value as an `object`. */
  get boxed(): unknown {
    return typeof this.value === 'number' ? new Boxed(typeNamed('double'), this.value) : this.value;
  }

  /** What System.Convert makes of it. */
  get convertible(): unknown {
    return this.boxed;
  }

  clone(): JValue {
    return new JValue(this.value);
  }
  sameAs(other: JToken): boolean {
    return other instanceof JValue && other.tokenType === this.tokenType && scalarsEqual(this.value, other.value);
  }
  override equals(other: unknown): boolean {
    return other instanceof JValue && this.sameAs(other);
  }
  override get key(): unknown {
    return `\0JValue\0${this.typeName}\0${text(this.boxed)}`;
  }
  override compareTo(other: unknown): number {
    return compare(this.boxed, other instanceof JValue ? other.boxed : other);
  }
  override toString(): string {
    return text(this.boxed);
  }
}

function scalarsEqual(a: Scalar, b: Scalar): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.from(a).equals(b);
  return equal(a, b);
}
