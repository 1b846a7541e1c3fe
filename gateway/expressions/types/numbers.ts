import { format, NetException, overflow } from '../exceptions.ts';
import { limits, type NumericName } from '../runtime/arithmetic.ts';
import type { Cell } from '../bind/bound.ts';
import { numberToText } from '../runtime/number-kinds.ts';
import { compare } from '../runtime/value.ts';
import { type Callable, define, type Implementation } from '../type.ts';

type Whole = 'sbyte' | 'byte' | 'short' | 'ushort' | 'int' | 'uint' | 'long' | 'ulong';

const clrNames: Readonly<Record<Whole, string>> = {
  sbyte: 'SByte',
  byte: 'Byte',
  short: 'Int16',
  ushort: 'UInt16',
  int: 'Int32',
  uint: 'UInt32',
  long: 'Int64',
  ulong: 'UInt64',
};

/** Reads an integer as int.Parse does: white space around it and a sign are allowed, nothing else. */
export function readInteger(text: string, type: Whole): number | bigint | 'format' | 'overflow' {
  const trimmed = /^[\s\0]*([+-]?\d+)[\s\0]*$/.exec(text)?.[1];
  if (trimmed === undefined) return 'format';
  const value = BigInt(trimmed.replace(/^\+/, ''));
  const { least, most } = limits(type);
  if (value < least || value > most) return 'overflow';
  return type === 'long' || type === 'ulong' ? value : Number(value);
}

/** int.Parse and its like. Throws FormatException and OverflowException. */
export function parseInteger(text: string | null, type: Whole): number | bigint {
  if (text === null) throw new NetException('ArgumentNullException', "Value cannot be null. (Parameter 's')");
  const value = readInteger(text, type);
  if (value === 'format') throw format();
  if (value === 'overflow') {
    const article =
      type === 'int' || type === 'short' || type === 'long'
        ? 'an'
        : type === 'byte'
          ? 'an unsigned'
          : type === 'sbyte'
            ? 'a signed'
            : 'a';
    throw overflow(
      `Value was either too large or too small for ${article} ${type === 'byte' || type === 'sbyte' ? 'byte' : clrNames[type]}.`,
    );
  }
  return value;
}

/** Reads a double as double.Parse does: sign, thousands commas, point, exponent, white space, NaN, Infinity. */
export function readDouble(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed)) return Number(trimmed.replaceAll(',', ''));
  const word = trimmed.toLowerCase();
  if (word === 'nan' || word === '-nan' || word === '+nan') return NaN;
  if (/^\+?(infinity|∞)$/.test(word)) return Infinity;
  return /^-(infinity|∞)$/.test(word) ? -Infinity : undefined;
}

export function parseDouble(text: string | null): number {
  if (text === null) throw new NetException('ArgumentNullException', "Value cannot be null. (Parameter 's')");
  const value = readDouble(text);
  if (value === undefined) throw format();
  return value;
}

function tryParse(read: (text: string) => unknown, zero: unknown): Callable {
  return (text: string | null, result: Cell) => {
    const value = text === null ? undefined : read(text);
    const isGood = value !== undefined && value !== 'format' && value !== 'overflow';
    result.v = isGood ? value : zero;
    return isGood;
  };
}

function common(name: NumericName): Record<string, Implementation> {
  const write = numberToText(name);
  return {
    'string ToString()': (self: number) => write(self, null),
    'string ToString(string format)': write,
    'string ToString(string format, IFormatProvider provider)': write,
    'string ToString(IFormatProvider provider)': (self: number) => write(self, null),
    [`int CompareTo(${name} value)`]: compare,
    [`bool Equals(${name} obj)`]: (a: unknown, b: unknown) => a === b || (Number.isNaN(a) && Number.isNaN(b)),
  };
}

for (const name of Object.keys(clrNames) as Whole[]) {
  const { least, most } = limits(name);
  const carry = name === 'long' || name === 'ulong' ? (value: bigint) => value : Number;
  const zero = carry(0n);
  const parse = (text: string | null) => parseInteger(text, name);
  define({
    name,
    clrName: clrNames[name],
    namespace: 'System',
    kind: 'struct',
    base: 'object',
    interfaces: ['IComparable'],
    initial: zero,
    members: {
      ...common(name),
      [`static ${name} MaxValue`]: { constant: carry(most) },
      [`static ${name} MinValue`]: { constant: carry(least) },
      [`static ${name} Parse(string s)`]: parse,
      [`static ${name} Parse(string s, IFormatProvider provider)`]: parse,
      [`static bool TryParse(string s, out ${name} result)`]: tryParse((text) => readInteger(text, name), zero),
    },
  });
}

for (const [name, clrName] of [
  ['double', 'Double'],
  ['float', 'Single'],
] as const) {
  const round = name === 'float' ? Math.fround : (value: number) => value;
  const parse = (text: string | null) => round(parseDouble(text));
  define({
    name,
    clrName,
    namespace: 'System',
    kind: 'struct',
    base: 'object',
    interfaces: ['IComparable'],
    initial: 0,
    members: {
      ...common(name),
      [`static ${name} MaxValue`]: { constant: name === 'float' ? 3.4028234663852886e38 : Number.MAX_VALUE },
      [`static ${name} MinValue`]: { constant: name === 'float' ? -3.4028234663852886e38 : -Number.MAX_VALUE },
      [`static ${name} Epsilon`]: { constant: name === 'float' ? 1.401298464324817e-45 : Number.MIN_VALUE },
      [`static ${name} NaN`]: { constant: NaN },
      [`static ${name} PositiveInfinity`]: { constant: Infinity },
      [`static ${name} NegativeInfinity`]: { constant: -Infinity },
      [`static bool IsNaN(${name} value)`]: (value: number) => Number.isNaN(value),
      [`static bool IsInfinity(${name} value)`]: (value: number) => Math.abs(value) === Infinity,
      [`static ${name} Parse(string s)`]: parse,
      [`static ${name} Parse(string s, IFormatProvider provider)`]: parse,
      [`static bool TryParse(string s, out ${name} result)`]: tryParse((text) => {
        const value = readDouble(text);
        return value === undefined ? undefined : round(value);
      }, 0),
    },
  });
}

define({
  name: 'bool',
  clrName: 'Boolean',
  namespace: 'System',
  kind: 'struct',
  base: 'object',
  interfaces: ['IComparable'],
  initial: false,
  members: {
    'static string TrueString': () => 'True',
    'static string FalseString': () => 'False',
    'static bool Parse(string value)': parseBool,
    'static bool TryParse(string value, out bool result)': (text: string | null, result: Cell) => {
      const value = text === null ? undefined : readBool(text);
      result.v = value ?? false;
      return value !== undefined;
    },
    'bool Equals(bool obj)': (a: boolean, b: boolean) => a === b,
    'int CompareTo(bool value)': compare,
  },
});

function readBool(text: string): boolean | undefined {
  const word = text.replace(/^[\s\0]+|[\s\0]+$/g, '').toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

export function parseBool(text: string | null): boolean {
  if (text === null) throw new NetException('ArgumentNullException', "Value cannot be null. (Parameter 'value')");
  const value = readBool(text);
  if (value === undefined) throw format(`String '${text}' was not recognized as a valid Boolean.`);
  return value;
}

define({
  name: 'Nullable',
  namespace: 'System',
  kind: 'struct',
  parameters: ['T'],
  base: 'object',
  initial: null,
  members: {
    'bool HasValue': (self: unknown) => self !== null,
    'T Value': (self: unknown) => {
      if (self === null) throw new NetException('InvalidOperationException', 'Nullable object must have a value.');
      return self;
    },
    'T GetValueOrDefault(T defaultValue)': (self: unknown, fallback: unknown) => self ?? fallback,
  },
});
