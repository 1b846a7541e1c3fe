import { argument, argumentNull, format, NetException } from '../exceptions.ts';
import { isInstance } from '../conversions.ts';
import { isNumeric, type NumericName, numericConversion } from './arithmetic.ts';
import { AnonymousObject } from './anonymous.ts';
import { DateTime } from './datetime.ts';
import { DateTimeOffset } from './datetime-offset.ts';
import { parseDateTimeOrThrow } from './datetime-parse.ts';
import { Guid } from './guid.ts';
import { JArray, JContainer, JObject, JProperty, JToken, JValue, orNull } from './json.ts';
import { parseTimeSpan, TimeSpan } from './timespan.ts';
import { Boxed, defaultOf, netArray, text, typeOf } from './value.ts';
import { Dictionary, List } from '../types/collections.ts';
import { fromBase64 } from '../types/convert.ts';
import { parseBool, parseDouble, parseInteger } from '../types/numbers.ts';
import { Uri } from '../types/uri.ts';
import { type NetType, typeNamed, withoutNullable } from '../type.ts';

/** JToken.FromObject: any object as JSON. */
export function tokenFrom(value: unknown): JToken {
  if (value === null) return new JValue(null);
  if (value instanceof JToken) return value;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return new JValue(value);
  if (typeof value === 'number') return new JValue(BigInt(value));
  if (value instanceof Boxed) return boxedToken(value);
  if (
    value instanceof DateTime ||
    value instanceof DateTimeOffset ||
    value instanceof Guid ||
    value instanceof TimeSpan ||
    value instanceof Uri
  )
    return new JValue(value);
  if (value instanceof Uint8Array) return new JValue(value);
  if (value instanceof AnonymousObject) {
    return objectOf(value.members.map((member) => [member.name, tokenOf(member.type, member.value)]));
  }
  if (value instanceof Dictionary) {
    return objectOf(value.pairs.map((pair) => [text(pair.pairKey), tokenOf(value.valueType, pair.value)]));
  }
  if (isIterable(value)) return arrayOf(value);
  throw new NetException(
    'JsonSerializationException',
    `An object of type '${typeOf(value).fullName}' cannot be written as JSON by the local gateway.`,
  );
}

function boxedToken({ type, value }: Boxed): JToken {
  if (type.name === 'char') return new JValue(String.fromCharCode(value as number));
  return new JValue(type.name === 'double' || type.name === 'float' ? Number(value) : BigInt(value));
}

/** A value of a known static type, which may be carried unboxed. */
function tokenOf(type: NetType, value: unknown): JToken {
  const plain = withoutNullable(type).name;
  if (value !== null && isNumeric(plain)) return boxedToken(new Boxed(withoutNullable(type), value as number));
  return tokenFrom(value);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function arrayOf(value: Iterable<unknown>): JArray {
  const element = typeOf(value).ancestors.find(
    ({ definition, args }) => definition.name === 'IEnumerable' && args.length === 1,
  )?.args[0];
  const array = new JArray();
  for (const item of value) array.insert(array.items.length, element ? tokenOf(element, item) : tokenFrom(item));
  return array;
}

function objectOf(members: readonly (readonly [string, JToken])[]): JObject {
  const object = new JObject();
  for (const [name, value] of members) object.set(name, value);
  return object;
}

/** What `new JArray(…)`, `Add` and `new JProperty(…)` take for content: tokens as they are, other objects as values. */
export function contentToken(value: unknown): JToken {
  if (value instanceof JToken) return value;
  if (isIterable(value) && typeof value !== 'string' && !(value instanceof Uint8Array)) return arrayOf(value);
  return orNull(value === null ? null : tokenFrom(value));
}

const numberKinds = new Set([6, 7, 8, 9]);

/** The explicit conversion operators of JToken. `null` stays null for types that allow it. */
export function castToken(token: JToken | null, type: NetType): unknown {
  if (token === null) {
    if (!type.isValue) return null;
    throw argumentNull('value');
  }
  const value = token instanceof JProperty ? token.value : token;
  const plain = withoutNullable(type);
  if (!(value instanceof JValue)) throw cannot(token, plain);
  if (value.value === null) {
    if (!type.isValue) return null;
    throw cannot(token, plain);
  }
  if (isNumeric(plain.name)) {
    if (!numberKinds.has(value.tokenType)) throw cannot(token, plain);
    return numberFrom(value.value as string | boolean | bigint | number, plain.name);
  }
  const read = readers[plain.name];
  const result = read?.(value);
  if (result === undefined) throw cannot(token, plain);
  return result;
}

function cannot(token: JToken, type: NetType): NetException {
  const wanted = type.definition.clrName ?? type.name;
  return argument(`Can not convert ${token.typeName} to ${wanted}.`);
}

function numberFrom(value: string | boolean | bigint | number, name: NumericName): unknown {
  if (typeof value === 'string')
    return name === 'double' || name === 'float' ? parseDouble(value) : parseInteger(value, name as 'int');
  if (typeof value === 'boolean') return numberFrom(BigInt(value), name);
  const from = typeof value === 'bigint' ? 'long' : 'double';
  const source = from === 'double' && name !== 'float' ? roundHalfEven(value as number) : value;
  const convert = numericConversion(from, name, true);
  return convert ? convert(name === 'double' ? value : source) : value;
}

/** Convert.ToInt32 and its like round to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (Math.abs(floor) % 2) : Math.round(value);
}

const readers: Readonly<Record<string, (value: JValue) => unknown>> = {
  string: ({ value, boxed }) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : text(boxed)),
  bool: ({ value }) =>
    typeof value === 'string'
      ? parseBool(value)
      : typeof value === 'boolean'
        ? value
        : typeof value === 'bigint' || typeof value === 'number'
          ? Number(value) !== 0
          : undefined,
  char: ({ value }) => {
    if (typeof value !== 'string') return undefined;
    if (value.length !== 1) throw format('String must be exactly one character long.');
    return value.charCodeAt(0);
  },
  DateTime: ({ value }) =>
    value instanceof DateTime ? value : typeof value === 'string' ? parseDateTimeOrThrow(value) : undefined,
  Guid: ({ value }) => (value instanceof Guid ? value : typeof value === 'string' ? Guid.parse(value) : undefined),
  TimeSpan: ({ value }) =>
    value instanceof TimeSpan ? value : typeof value === 'string' ? parseTimeSpan(value) : undefined,
  Uri: ({ value }) => (value instanceof Uri ? value : typeof value === 'string' ? Uri.create(value, 0) : undefined),
  'byte[]': ({ value }) =>
    value instanceof Uint8Array ? value : typeof value === 'string' ? fromBase64(value) : undefined,
};

/** `Value<T>(key)` and `Values<T>()`: a token as a T; no token is T's default. */
export function convertToken(token: JToken | null, type: NetType): unknown {
  if (token === null) return defaultOf(type);
  if (isInstance(token, type)) return token;
  if (!(token instanceof JValue)) {
    throw new NetException(
      'InvalidCastException',
      `Cannot cast ${token.netType.fullName} to ${typeNamed('JToken').fullName}.`,
    );
  }
  if (token.value === null) return type.isReference || type.isNullable ? null : castToken(token, type);
  if (type.name === 'object') return token.boxed;
  return castToken(token, type);
}

/** `ToObject<T>()` and DeserializeObject<T>. */
export function tokenTo(token: JToken, type: NetType): unknown {
  if (type.name === 'object') return token instanceof JValue ? token.boxed : token;
  if (isInstance(token, type)) return token;
  const [first, second] = type.args;
  switch (type.definition.name) {
    case 'List':
    case 'IList':
    case 'ICollection':
    case 'IEnumerable':
      if (token instanceof JValue && token.value === null) return null;
      return new List(first!, itemsOf(token, first!, type));
    case 'Array':
      if (type.name === 'byte[]') return castToken(token, type);
      return token instanceof JValue && token.value === null ? null : netArray(first!, itemsOf(token, first!, type));
    case 'Dictionary':
    case 'IDictionary': {
      if (token instanceof JValue && token.value === null) return null;
      if (!(token instanceof JObject)) throw cannotDeserialize(token, type);
      const result = new Dictionary(first!, second!);
      for (const property of token.children) result.set(property.name, tokenTo(property.value, second!));
      return result;
    }
  }
  if (!(token instanceof JValue)) throw cannotDeserialize(token, type);
  if (token.value === null) return type.isReference || type.isNullable ? null : castToken(token, type);
  return castToken(token, type);
}

function itemsOf(token: JToken, element: NetType, type: NetType): unknown[] {
  if (!(token instanceof JArray)) throw cannotDeserialize(token, type);
  return token.items.map((item) => tokenTo(item, element));
}

function cannotDeserialize(token: JToken, type: NetType): NetException {
  const what =
    token instanceof JContainer
      ? `the current JSON ${token instanceof JObject ? 'object' : 'array'}`
      : `'${token.toString()}'`;
  return new NetException(
    'JsonSerializationException',
    `Cannot deserialize ${what} into type '${type.fullName}'. Path '${token.path}'.`,
  );
}
