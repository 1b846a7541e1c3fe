import { NetException, overflow } from '../exceptions.ts';

/** The simple numeric types. char counts as one where C# says so. */
export type NumericName =
  'sbyte' | 'byte' | 'short' | 'ushort' | 'int' | 'uint' | 'long' | 'ulong' | 'float' | 'double' | 'char';

interface Range {
  readonly bits: number;
  readonly signed: boolean;
}

const ranges: Readonly<Record<Exclude<NumericName, 'float' | 'double'>, Range>> = {
  sbyte: { bits: 8, signed: true },
  byte: { bits: 8, signed: false },
  short: { bits: 16, signed: true },
  ushort: { bits: 16, signed: false },
  char: { bits: 16, signed: false },
  int: { bits: 32, signed: true },
  uint: { bits: 32, signed: false },
  long: { bits: 64, signed: true },
  ulong: { bits: 64, signed: false },
};

export function isNumeric(name: string): name is NumericName {
  return name in ranges || name === 'float' || name === 'double';
}

export function isFloating(name: string): boolean {
  return name === 'float' || name === 'double';
}

export function isIntegral(name: string): boolean {
  return name in ranges;
}

/** Whether values of the type are carried as bigint. */
export function isWide(name: string): boolean {
  return name === 'long' || name === 'ulong';
}

export function bitsOf(name: NumericName): number {
  return isFloating(name) ? 64 : ranges[name as keyof typeof ranges].bits;
}

export function limits(name: keyof typeof ranges): { least: bigint; most: bigint } {
  const { bits, signed } = ranges[name];
  const span = 1n << BigInt(bits);
  return signed ? { least: -span / 2n, most: span / 2n - 1n } : { least: 0n, most: span - 1n };
}

/** Keeps the lowest bits, as C# does outside `checked`. */
function wrap(name: keyof typeof ranges, value: bigint): bigint {
  const { bits, signed } = ranges[name];
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

function fit(name: keyof typeof ranges, value: bigint): bigint {
  const { least, most } = limits(name);
  if (value < least || value > most) throw overflow();
  return value;
}

type Convert = (value: unknown) => unknown;

/**
 * Converts between numeric types. `checked` throws OverflowException where the value does not fit; otherwise integers
 * keep their lowest bits. For a double that does not fit C# leaves the value open; here it is what .NET gives on x64.
 */
export function numericConversion(from: NumericName, to: NumericName, checked: boolean): Convert | undefined {
  if (from === to) return undefined;
  if (to === 'double') return isWide(from) ? (value) => Number(value) : undefined;
  if (to === 'float') return (value) => Math.fround(Number(value));
  const keep = checked ? fit : wrap;
  const write = isWide(to) ? (value: bigint) => value : Number;
  if (isFloating(from)) {
    return (value) => {
      const number = value as number;
      if (!checked) return write(fromDouble(to, number));
      if (!Number.isFinite(number)) throw overflow();
      return write(fit(to, BigInt(Math.trunc(number))));
    };
  }
  return (value) => write(keep(to, BigInt(value as number | bigint)));
}

function fromDouble(to: keyof typeof ranges, value: number): bigint {
  const through = ranges[to].bits === 64 || to === 'uint' ? 'long' : 'int';
  const { least, most } = limits(through);
  const whole = Number.isFinite(value) ? BigInt(Math.trunc(value)) : least;
  const fits = to === 'ulong' || (whole >= least && whole <= most);
  return wrap(to, fits ? whole : least);
}

export type Operate = (a: never, b: never) => unknown;

/** The arithmetic, shift and bit operators of a promoted type (int, uint, long, ulong, float, double). */
export function arithmetic(operator: string, type: NumericName, checked: boolean): Operate | undefined {
  if (isFloating(type)) return floating(operator, type === 'float' ? Math.fround : (value) => value);
  return isWide(type)
    ? wide(operator, type as 'long' | 'ulong', checked)
    : narrow(operator, type as 'int' | 'uint', checked);
}

function floating(operator: string, round: (value: number) => number): Operate | undefined {
  const operations: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => round(a + b),
    '-': (a, b) => round(a - b),
    '*': (a, b) => round(a * b),
    '/': (a, b) => round(a / b),
    '%': (a, b) => round(a % b),
  };
  return operations[operator];
}

function divideByZero(): never {
  throw new NetException('DivideByZeroException', 'Attempted to divide by zero.');
}

function narrow(operator: string, type: 'int' | 'uint', checked: boolean): Operate | undefined {
  const { least, most } = limits(type);
  const [low, high] = [Number(least), Number(most)];
  const cut = type === 'int' ? (value: number) => value | 0 : (value: number) => value >>> 0;
  // Sums and differences of 32-bit numbers are exact in a double; products are not, but Math.imul keeps their low bits.
  const keep = (value: number) => {
    if (checked && (value < low || value > high)) throw overflow();
    return cut(value);
  };
  const operations: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => keep(a + b),
    '-': (a, b) => keep(a - b),
    '*': (a, b) => (checked ? keep(a * b) : cut(Math.imul(a, b))),
    '/': (a, b) => {
      if (b === 0) divideByZero();
      const quotient = Math.trunc(a / b);
      if (quotient > high) throw overflow();
      return quotient + 0;
    },
    '%': (a, b) => {
      if (b === 0) divideByZero();
      if (b === -1 && a === low) throw overflow();
      return (a % b) + 0;
    },
    '<<': (a, b) => cut(a << (b & 31)),
    '>>': (a, b) => (type === 'int' ? a >> (b & 31) : a >>> (b & 31)),
    '&': (a, b) => cut(a & b),
    '|': (a, b) => cut(a | b),
    '^': (a, b) => cut(a ^ b),
  };
  return operations[operator];
}

function wide(operator: string, type: 'long' | 'ulong', checked: boolean): Operate | undefined {
  const keep = (value: bigint) => (checked ? fit(type, value) : wrap(type, value));
  const { least } = limits(type);
  const operations: Record<string, (a: bigint, b: bigint) => bigint> = {
    '+': (a, b) => keep(a + b),
    '-': (a, b) => keep(a - b),
    '*': (a, b) => keep(a * b),
    '/': (a, b) => {
      if (b === 0n) divideByZero();
      if (b === -1n && a === least) throw overflow();
      return a / b;
    },
    '%': (a, b) => {
      if (b === 0n) divideByZero();
      if (b === -1n && a === least) throw overflow();
      return a % b;
    },
    '<<': (a, b) => wrap(type, a << (b & 63n)),
    '>>': (a, b) => a >> (b & 63n),
    '&': (a, b) => a & b,
    '|': (a, b) => a | b,
    '^': (a, b) => wrap(type, a ^ b),
  };
  return operations[operator];
}

/** Unary minus and the bit complement. */
export function negation(
  operator: '-' | '~',
  type: NumericName,
  checked: boolean,
): ((a: never) => unknown) | undefined {
  if (isFloating(type)) return operator === '-' ? (a: number) => -a : undefined;
  if (isWide(type)) {
    const keep = (value: bigint) => (checked ? fit(type as 'long', value) : wrap(type as 'long', value));
    return operator === '-' ? (a: bigint) => keep(-a) : (a: bigint) => wrap(type as 'long', ~a);
  }
  if (operator === '~') return type === 'uint' ? (a: number) => ~a >>> 0 : (a: number) => ~a;
  return (a: number) => {
    if (checked && a === -(2 ** 31)) throw overflow();
    return -a | 0;
  };
}
