import { argumentNull, format, invalidCast, overflow } from '../exceptions.ts';
import { isIntegral, isNumeric, limits, numericConversion, type NumericName } from '../runtime/arithmetic.ts';
import { DateTime } from '../runtime/datetime.ts';
import { parseDateTimeOrThrow } from '../runtime/datetime-parse.ts';
import { Boxed, text, textFor, typeOf } from '../runtime/value.ts';
import { define, type Implementation, typeNamed } from '../type.ts';
import { parseBool, parseDouble, parseInteger } from './numbers.ts';

const numbers = ['sbyte', 'byte', 'short', 'ushort', 'int', 'uint', 'long', 'ulong', 'float', 'double'] as const;
const methodNames: Readonly<Record<(typeof numbers)[number], string>> = {
  sbyte: 'SByte',
  byte: 'Byte',
  short: 'Int16',
  ushort: 'UInt16',
  int: 'Int32',
  uint: 'UInt32',
  long: 'Int64',
  ulong: 'UInt64',
  float: 'Single',
  double: 'Double',
};

/** Convert rounds to the nearest integer, halves to the even one, where a cast would cut. */
function toInteger(value: number, to: Exclude<NumericName, 'float' | 'double'>): number | bigint {
  const floor = Math.floor(value);
  const half = value - floor === 0.5;
  const rounded = half ? floor + (Math.abs(floor) % 2) : Math.round(value);
  const { least, most } = limits(to);
  if (!Number.isFinite(rounded) || BigInt(rounded) < least || BigInt(rounded) > most) {
    throw overflow(`Value was either too large or too small for ${to === 'int' ? 'an Int32' : `a ${to}`}.`);
  }
  return to === 'long' || to === 'ulong' ? BigInt(rounded) : rounded;
}

function numberTo(from: NumericName, to: (typeof numbers)[number]): (value: unknown) => unknown {
  const isFloat = from === 'float' || from === 'double';
  if (isFloat && isIntegral(to)) return (value) => toInteger(value as number, to as 'int');
  return numericConversion(from, to, true) ?? ((value) => value);
}

function parse(value: string | null, to: (typeof numbers)[number]): unknown {
  if (to === 'double' || to === 'float')
    return value === null ? 0 : to === 'float' ? Math.fround(parseDouble(value)) : parseDouble(value);
  if (value === null) return to === 'long' || to === 'ulong' ? 0n : 0;
  return parseInteger(value, to);
}

/** From an object, by its type at run time. */
function fromObject(value: unknown, to: (typeof numbers)[number]): unknown {
  const zero = to === 'long' || to === 'ulong' ? 0n : 0;
  if (value === null) return zero;
  const type = typeOf(value);
  if (type.name === 'string') return parse(value as string, to);
  if (type.name === 'bool') return fromBool(value as boolean, to);
  if (isNumeric(type.name)) return numberTo(type.name, to)(value instanceof Boxed ? value.value : value);
  const plain = convertible(value);
  if (plain !== undefined) return fromObject(plain, to);
  throw invalidCast(type.fullName, 'System.IConvertible');
}

/** Objects that stand for a simple value (JValue) say so by a property of their own. */
function convertible(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'convertible' in value ? value.convertible : undefined;
}

function fromBool(value: boolean, to: (typeof numbers)[number]): unknown {
  return to === 'long' || to === 'ulong' ? BigInt(value) : Number(value);
}

function toNumber(to: (typeof numbers)[number]): Record<string, Implementation> {
  const name = `To${methodNames[to]}`;
  const isWhole = isIntegral(to);
  return {
    [`static ${to} ${name}(object value)`]: (value: unknown) => fromObject(value, to),
    [`static ${to} ${name}(string value)`]: (value: string | null) => parse(value, to),
    [`static ${to} ${name}(string value, IFormatProvider provider)`]: (value: string | null) => parse(value, to),
    [`static ${to} ${name}(bool value)`]: (value: boolean) => fromBool(value, to),
    ...Object.fromEntries(numbers.map((from) => [`static ${to} ${name}(${from} value)`, numberTo(from, to)])),
    ...(isWhole && {
      [`static ${to} ${name}(char value)`]: numberTo('char', to),
      [`static ${to} ${name}(string value, int fromBase)`]: (value: string | null, base: number) =>
        fromBase(value, base, to as 'int'),
    }),
  };
}

function fromBase(value: string | null, base: number, to: Exclude<NumericName, 'float' | 'double' | 'char'>): unknown {
  if (base === 10) return parse(value, to);
  const prefix = { 2: '0b', 8: '0o', 16: '0x' }[base];
  if (!prefix) throw format('Invalid Base.');
  if (value === null) return 0;
  const digits = base === 16 ? value.replace(/^0x/i, '') : value;
  const allowed = { 2: /^[01]+$/, 8: /^[0-7]+$/, 16: /^[0-9a-f]+$/i }[base]!;
  if (digits === '')
    throw format('Index was out of range. Must be non-negative and less than the size of the collection.');
  if (!allowed.test(digits))
    throw format(
      digits === value
        ? 'Could not find any recognizable digits.'
        : 'Additional non-parsable characters are at the end of the string.',
    );
  const { most, least } = limits(to);
  const number = BigInt(prefix + digits);
  const span = most - least + 1n;
  if (number >= span) throw overflow('Value was either too large or too small.');
  const signed = number > most ? number - span : number;
  return to === 'long' || to === 'ulong' ? signed : Number(signed);
}

function toBase(value: number | bigint, base: number, bits: number): string {
  if (![2, 8, 10, 16].includes(base)) throw format('Invalid Base.');
  return base === 10 ? String(value) : BigInt.asUintN(bits, BigInt(value)).toString(base);
}

/** Convert.FromBase64String: white space is skipped, anything else that is not Base64 is refused. */
export function fromBase64(value: string | null): Uint8Array {
  if (value === null) throw argumentNull('s');
  const compact = value.replace(/[ \t\r\n]/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
    throw format(
      compact.length % 4 !== 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact)
        ? 'Invalid length for a Base-64 char array or string.'
        : 'The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters.',
    );
  }
  return new Uint8Array(Buffer.from(compact, 'base64'));
}

function toBase64(bytes: Uint8Array | null): string {
  if (bytes === null) throw argumentNull('inArray');
  return Buffer.from(bytes).toString('base64');
}

function objectToBool(value: unknown): boolean {
  if (value === null) return false;
  if (typeof value === 'string') return parseBool(value);
  if (typeof value === 'boolean') return value;
  const plain = convertible(value) ?? (value instanceof Boxed ? value.value : value);
  if (typeof plain === 'number' || typeof plain === 'bigint') return Number(plain) !== 0;
  if (plain !== value) return objectToBool(plain);
  throw invalidCast(typeOf(value).fullName, 'System.IConvertible');
}

define({
  name: 'Convert',
  namespace: 'System',
  kind: 'static',
  members: {
    ...(Object.assign({}, ...numbers.map(toNumber)) as Record<string, Implementation>),
    'static bool ToBoolean(object value)': objectToBool,
    'static bool ToBoolean(string value)': (value: string | null) => value !== null && parseBool(value),
    'static bool ToBoolean(bool value)': (value: boolean) => value,
    ...Object.fromEntries(
      numbers.map((from) => [`static bool ToBoolean(${from} value)`, (value: number | bigint) => Number(value) !== 0]),
    ),
    'static string ToString(object value)': text,
    'static string ToString(string value)': (value: string | null) => value,
    ...Object.fromEntries(
      [...numbers, 'char', 'bool', 'DateTime'].map((from) => [
        `static string ToString(${from} value)`,
        (value: unknown) => textFor(typeNamed(from))(value),
      ]),
    ),
    'static string ToString(byte value, int toBase)': (value: number, base: number) => toBase(value, base, 8),
    'static string ToString(short value, int toBase)': (value: number, base: number) => toBase(value, base, 16),
    'static string ToString(int value, int toBase)': (value: number, base: number) => toBase(value, base, 32),
    'static string ToString(long value, int toBase)': (value: bigint, base: number) => toBase(value, base, 64),
    'static char ToChar(int value)': (value: number) => {
      if (value < 0 || value > 0xffff) throw overflow('Value was either too large or too small for a character.');
      return value;
    },
    'static char ToChar(string value)': (value: string | null) => {
      if (value === null) throw argumentNull('value');
      if (value.length !== 1) throw format('String must be exactly one character long.');
      return value.charCodeAt(0);
    },
    'static DateTime ToDateTime(string value)': (value: string | null) =>
      value === null ? DateTime.least : parseDateTimeOrThrow(value),
    'static DateTime ToDateTime(object value)': (value: unknown) => {
      if (value === null) return DateTime.least;
      const plain = convertible(value) ?? value;
      if (plain instanceof DateTime) return plain;
      if (typeof plain === 'string') return parseDateTimeOrThrow(plain);
      throw invalidCast(typeOf(value).fullName, 'System.DateTime');
    },
    'static byte[] FromBase64String(string s)': fromBase64,
    'static string ToBase64String(byte[] inArray)': toBase64,
    'static string ToBase64String(byte[] inArray, Base64FormattingOptions options)': (
      bytes: Uint8Array,
      options: number,
    ) => (options === 0 ? toBase64(bytes) : toBase64(bytes).replace(/(.{76})(?=.)/g, '$1\r\n')),
  },
});
