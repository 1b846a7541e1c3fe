import { NetException, overflow } from '../exceptions.ts';
import { define, type Implementation } from '../type.ts';

const integers = ['sbyte', 'short', 'int', 'long'] as const;
const all = ['sbyte', 'byte', 'short', 'ushort', 'int', 'uint', 'long', 'ulong', 'float', 'double'] as const;

function unary(name: string, compute: (value: number) => number): Record<string, Implementation> {
  return { [`static double ${name}(double d)`]: compute };
}

function least(type: (typeof integers)[number]): number | bigint {
  return { sbyte: -128, short: -32768, int: -2147483648, long: -(2n ** 63n) }[type];
}

function abs(type: (typeof integers)[number]): Implementation {
  return (value: number | bigint) => {
    if (value === least(type)) throw overflow('Negating the minimum value of a twos complement number is invalid.');
    return value < 0 ? -value : value;
  };
}

/** Rounds halves to the even neighbour, or away from zero, at a number of decimals. */
function round(value: number, digits = 0, mode = 0): number {
  if (digits < 0 || digits > 15)
    throw new NetException(
      'ArgumentOutOfRangeException',
      "Rounding digits must be between 0 and 15, inclusive. (Parameter 'digits')",
    );
  if (!Number.isFinite(value) || Math.abs(value) >= 1e16) return value;
  const scale = 10 ** digits;
  const scaled = value * scale;
  const floor = Math.floor(scaled);
  const fraction = scaled - floor;
  let whole: number;
  if (fraction !== 0.5) whole = Math.round(scaled);
  else if (mode === 1) whole = scaled < 0 ? floor : floor + 1;
  else whole = floor % 2 === 0 ? floor : floor + 1;
  return whole / scale;
}

define({
  name: 'Math',
  namespace: 'System',
  kind: 'static',
  members: {
    'static double PI': { constant: Math.PI },
    'static double E': { constant: Math.E },
    ...Object.fromEntries(integers.map((type) => [`static ${type} Abs(${type} value)`, abs(type)])),
    'static float Abs(float value)': Math.abs,
    'static double Abs(double value)': Math.abs,
    ...Object.fromEntries(all.map((type) => [`static ${type} Max(${type} val1, ${type} val2)`, larger])),
    ...Object.fromEntries(all.map((type) => [`static ${type} Min(${type} val1, ${type} val2)`, smaller])),
    ...Object.fromEntries(
      [...integers, 'float', 'double'].map((type) => [
        `static int Sign(${type} value)`,
        (value: number | bigint) => {
          if (Number.isNaN(value))
            throw new NetException(
              'ArithmeticException',
              'Function does not accept floating point Not-a-Number values.',
            );
          return value > 0 ? 1 : value < 0 ? -1 : 0;
        },
      ]),
    ),
    ...unary('Floor', Math.floor),
    ...unary('Ceiling', Math.ceil),
    ...unary('Truncate', Math.trunc),
    ...unary('Sqrt', Math.sqrt),
    ...unary('Exp', Math.exp),
    ...unary('Log', Math.log),
    ...unary('Log10', Math.log10),
    ...unary('Sin', Math.sin),
    ...unary('Cos', Math.cos),
    ...unary('Tan', Math.tan),
    ...unary('Asin', Math.asin),
    ...unary('Acos', Math.acos),
    ...unary('Atan', Math.atan),
    'static double Atan2(double y, double x)': Math.atan2,
    'static double Log(double a, double newBase)': (a: number, base: number) => Math.log(a) / Math.log(base),
    'static double Pow(double x, double y)': (x: number, y: number) =>
      x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y,
    'static double Round(double a)': (value: number) => round(value),
    'static double Round(double value, int digits)': (value: number, digits: number) => round(value, digits),
    'static double Round(double value, MidpointRounding mode)': (value: number, mode: number) => round(value, 0, mode),
    'static double Round(double value, int digits, MidpointRounding mode)': round,
  },
});

function larger<T extends number | bigint>(a: T, b: T): T {
  return Number.isNaN(a) || a > b ? a : b;
}

function smaller<T extends number | bigint>(a: T, b: T): T {
  return Number.isNaN(a) || a < b ? a : b;
}
