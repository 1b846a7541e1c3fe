import test from 'ava';
import { ran, refused, shown, thrown } from '../../support/expressions.ts';

/** Expressions and what C# makes of them: the type and the text. */
function table(title: string, rows: readonly (readonly [source: string, result: string])[]): void {
  test(title, (t) => {
    for (const [source, result] of rows) t.is(shown(source), result, source);
  });
}

table('literals take the first type that holds them', [
  ['2147483647', 'Int32 2147483647'],
  ['2147483648', 'UInt32 2147483648'],
  ['4294967296', 'Int64 4294967296'],
  ['9223372036854775808', 'UInt64 9223372036854775808'],
  ['-2147483648', 'Int32 -2147483648'],
  ['-9223372036854775808', 'Int64 -9223372036854775808'],
  ['0xFF', 'Int32 255'],
  ['0b101', 'Int32 5'],
  ['1_000', 'Int32 1000'],
  ['1u', 'UInt32 1'],
  ['1L', 'Int64 1'],
  ['1.0', 'Double 1'],
  ['1.5f', 'Single 1.5'],
  ['1e3', 'Double 1000'],
  ["'a'", 'Char a'],
  [String.raw`'\u0041'`, 'Char A'],
  [String.raw`"a\tb\x41\""`, 'String a\tbA"'],
  [String.raw`@"c:\d""e"`, String.raw`String c:\d"e`],
  ['true', 'Boolean True'],
  ['null', 'null'],
]);

table('operands are promoted as C# promotes them', [
  ['1 / 2', 'Int32 0'],
  ['-7 / 2', 'Int32 -3'],
  ['-7 % 3', 'Int32 -1'],
  ['1 / 2.0', 'Double 0.5'],
  ["'a' + 1", 'Int32 98'],
  ["(char)('a' + 1)", 'Char b'],
  ['1u + 1', 'UInt32 2'],
  ['1u + -1', 'Int64 0'],
  ['1 + 1L', 'Int64 2'],
  ['1L + 1f', 'Single 2'],
  ['1f + 1.0', 'Double 2'],
  ['(byte)200 + (byte)100', 'Int32 300'],
  ['5.5 % 2', 'Double 1.5'],
  ['1 << 33', 'Int32 2'],
  ['-8 >> 1', 'Int32 -4'],
  ['1L << 33', 'Int64 8589934592'],
  ['6 & 3 | 8 ^ 1', 'Int32 11'],
  ['~5', 'Int32 -6'],
  ['-(2u)', 'Int64 -2'],
  ['+(byte)3', 'Int32 3'],
  ['true & false | true ^ true', 'Boolean False'],
  ['1.0 / 0', 'Double Infinity'],
  ['0.0 / 0 == 0.0 / 0', 'Boolean False'],
  ['0.1 + 0.2', 'Double 0.30000000000000004'],
]);

table('text is joined from the left, null counting as nothing', [
  ['"a" + 1 + 2', 'String a12'],
  ['1 + 2 + "a"', 'String 3a'],
  ['"a" + (1 + 2)', 'String a3'],
  ['"a" + null + true', 'String aTrue'],
  ['"a" + \'b\'', 'String ab'],
  ["'a' + 'b' + \"c\"", 'String 195c'],
  ['"x" + 1.50', 'String x1.5'],
  ['"x" + 1e20', 'String x1E+20'],
  ['"x" + (int?)null', 'String x'],
  ['"" + new DateTime(2024, 2, 29)', 'String 02/29/2024 00:00:00'],
]);

table('operators bind and associate as in C#', [
  ['2 + 3 * 4', 'Int32 14'],
  ['(2 + 3) * 4', 'Int32 20'],
  ['10 - 4 - 3', 'Int32 3'],
  ['1 < 2 == true', 'Boolean True'],
  ['true || false && false', 'Boolean True'],
  ['1 + 2 == 3 && !false', 'Boolean True'],
  ['false ? 1 : true ? 2 : 3', 'Int32 2'],
  ['(string)null ?? (string)null ?? "c"', 'String c'],
  ['null is string || "a" is string', 'Boolean True'],
  ['"a" is null || "b" == "b" && "c" is null', 'Boolean False'],
  ['"x" == "x" && "y" is string ? 1 : 2', 'Int32 1'],
  ['-1.ToString().Length', 'Int32 -1'],
  ['(int)3.9 * 2', 'Int32 6'],
  ['(1) - 1', 'Int32 0'],
]);

table('?. binds before every operator', [
  ['true && "ab"?.Length == 2', 'Boolean True'],
  ['1 + 2 * "abc"?.Length + 1', 'Int32 8'],
  ['-"abc"?.Length', 'Int32 -3'],
  ['"x" == "y" || (string)null is null && "ab"?.Substring(1).Length == 1', 'Boolean True'],
  ['(object)"ab"?.Length + "x"', 'String 2x'],
  ['"a" is null || 1 + "b"?.Length == 2', 'Boolean True'],
  ['(object)3 is 1 + 2 && true', 'Boolean True'],
]);

test('parentheses around a name before a sign are no cast', (t) => {
  t.is(ran('var a = 5; var b = 2; return (a) - b * (b) + (a);'), 'Int32 6');
  t.is(ran('var a = new[] { 5 }; return (a[0]) - 1;'), 'Int32 4');
});

test('integers wrap around at run time and may not overflow in constants', (t) => {
  t.is(ran('int x = int.MaxValue; return x + 1;'), 'Int32 -2147483648');
  t.is(ran('int x = int.MinValue; return -x;'), 'Int32 -2147483648');
  t.is(ran('int x = 65536; return x * x;'), 'Int32 0');
  t.is(ran('int x = 123456789; return x * x;'), 'Int32 -1757895751');
  t.is(ran('long x = long.MaxValue; return x + 1;'), 'Int64 -9223372036854775808');
  t.is(ran('byte x = 255; x++; return x;'), 'Byte 0');
  t.is(ran('byte x = 250; x += 10; return x;'), 'Byte 4');
  t.is(ran('uint x = 0; return x - 1;'), 'UInt32 4294967295');
  t.is(refused('@(int.MaxValue + 1)'), '10: the operation overflows at compile time');
  t.is(refused('@(1 / 0)'), '10: division by constant zero');
  t.is(refused('@{ byte b = 256; return b; }'), "10: constant value '256' cannot be converted to a 'byte'");
});

test('checked arithmetic and division throw', (t) => {
  const overflow = 'OverflowException: Arithmetic operation resulted in an overflow.';
  t.is(thrown('@{ int x = int.MaxValue; return checked(x + 1); }'), overflow);
  t.is(thrown('@{ int x = int.MaxValue; checked { x++; } return x; }'), overflow);
  t.is(shown('unchecked(int.MaxValue + 1)'), 'Int32 -2147483648');
  t.is(thrown('@{ long x = 1L << 40; return checked((int)x); }'), overflow);
  t.is(thrown('@{ int x = int.MinValue; int y = -1; return x / y; }'), overflow);
  t.is(ran('int x = int.MaxValue; return unchecked(x + 1);'), 'Int32 -2147483648');
  t.is(thrown('@{ int x = 0; return 1 / x; }'), 'DivideByZeroException: Attempted to divide by zero.');
  t.is(thrown('@{ int x = 0; return 1 % x; }'), 'DivideByZeroException: Attempted to divide by zero.');
});

table('casts cut, wrap and unbox', [
  ['(int)3.99', 'Int32 3'],
  ['(int)-3.99', 'Int32 -3'],
  ['(int)1e10', 'Int32 -2147483648'],
  ["(int)'A'", 'Int32 65'],
  ['(char)66', 'Char B'],
  ['(int)DayOfWeek.Friday', 'Int32 5'],
  ['(DayOfWeek)2', 'DayOfWeek Tuesday'],
  ['(long)(object)5L', 'Int64 5'],
  ['(int?)5', 'Int32 5'],
  ['(int?)null', 'null'],
  ['(object)"a" as string', 'String a'],
  ['(object)1 as string', 'null'],
  ['(object)1 is int', 'Boolean True'],
  ['(object)1 is long', 'Boolean False'],
]);

test('a wrong unboxing says what is there and what was wanted', (t) => {
  t.is(
    thrown('@((string)(object)1)'),
    "InvalidCastException: Unable to cast object of type 'System.Int32' to type 'System.String'.",
  );
  t.is(
    thrown('@((long)(object)1)'),
    "InvalidCastException: Unable to cast object of type 'System.Int32' to type 'System.Int64'.",
  );
  t.is(thrown('@((int)(object)null)'), 'NullReferenceException: Object reference not set to an instance of an object.');
  t.is(thrown('@(((int?)null).Value)'), 'InvalidOperationException: Nullable object must have a value.');
});

test('?. ends the whole chain with null', (t) => {
  const sample = { variables: { s: null } };
  t.is(ran('string s = null; return s?.Trim().Length.ToString().Length;'), 'null');
  t.is(ran('string s = null; return s?.Length ?? -1;'), 'Int32 -1');
  t.is(ran('string s = "abc"; return s?.Length + 1;'), 'Int32 4');
  t.is(ran('string[] a = null; return a?[0].Length;'), 'null');
  t.is(ran('var a = new[] { "x" }; return a?[0]?.ToUpper();'), 'String X');
  t.is(ran('return ((string)context.Variables["s"])?.Length == null;', sample), 'Boolean True');
  t.is(
    thrown('@{ string s = null; return s.Length; }'),
    'NullReferenceException: Object reference not set to an instance of an object.',
  );
  t.is(
    thrown('@{ string s = null; return (s?.Trim()).Length; }'),
    'NullReferenceException: Object reference not set to an instance of an object.',
  );
  t.is(refused('@(1?.ToString())'), "10: operator '?' cannot be applied to operand of type 'int'");
});

test('operators of nullable types give null for null', (t) => {
  t.is(ran('int? x = null; int? y = 3; return x + y;'), 'null');
  t.is(ran('int? x = null; int? y = 3; return x < y || x >= y;'), 'Boolean False');
  t.is(ran('int? x = null; return x == null && x != 1;'), 'Boolean True');
  t.is(ran('int? y = 3; return y * 2;'), 'Int32 6');
  t.is(ran('DateTime? d = null; return d == null && d - new DateTime(2024, 1, 1) == null;'), 'Boolean True');
});

test('?: needs a common type', (t) => {
  t.is(shown('true ? 1 : 2.5'), 'Double 1');
  t.is(shown("true ? 'a' : 1"), 'Int32 97');
  t.is(shown('false ? "a" : null'), 'null');
  t.is(shown('true ? 1 : (int?)null'), 'Int32 1');
  t.is(refused('@(true ? 1 : null)'), "10: the two results of '?:' have no common type: 'int' and '<null>'");
  t.is(refused('@(true ? 1 : "a")'), "10: the two results of '?:' have no common type: 'int' and 'string'");
});

test('what C# does not compare is refused', (t) => {
  t.is(refused('@(1 == "1")'), "10: operator '==' cannot be applied to operands of type 'int' and 'string'");
  t.is(refused('@(1 == null)'), "10: operator '==' cannot be applied to operands of type 'int' and '<null>'");
  t.is(refused('@(true < false)'), "10: operator '<' cannot be applied to operands of type 'bool' and 'bool'");
  t.is(refused('@("a" - "b")'), "10: operator '-' cannot be applied to operands of type 'string' and 'string'");
  t.regex(refused('@(context.Variables["a"] == "b")'), /^10: .* compares references, not values/);
  t.is(shown('context.Variables["a"] == string.Empty', { variables: { a: '' } }), 'Boolean True');
});
