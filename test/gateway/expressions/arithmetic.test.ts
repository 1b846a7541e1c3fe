import test from 'ava';
import fc from 'fast-check';
import type { NumericName } from '../../../gateway/expressions/runtime/arithmetic.ts';
import { compiled, sampleContext } from '../../support/expressions.ts';

const int = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 65536, -65536));
const long = fc.oneof(
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.constantFrom(0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)),
);

/** What two's complement arithmetic of that width gives, from exact integers. */
function exact(operator: string, a: bigint, b: bigint, bits: number): bigint {
  const results: Record<string, bigint> = { '+': a + b, '-': a - b, '*': a * b, '&': a & b, '|': a | b, '^': a ^ b };
  return BigInt.asIntN(bits, results[operator]!);
}

function operation(operator: string, type: NumericName) {
  const expression = compiled(`@((${type})context.Variables["a"] ${operator} (${type})context.Variables["b"])`);
  return (a: unknown, b: unknown) => expression.evaluate(sampleContext({ variables: { a, b } }));
}

for (const operator of ['+', '-', '*', '&', '|', '^']) {
  test(`int ${operator} int keeps the low 32 bits`, (t) => {
    const run = operation(operator, 'int');
    fc.assert(fc.property(int, int, (a, b) => t.is(run(a, b), Number(exact(operator, BigInt(a), BigInt(b), 32)))));
  });

  test(`long ${operator} long keeps the low 64 bits`, (t) => {
    const run = operation(operator, 'long');
    fc.assert(fc.property(long, long, (a, b) => t.is(run(a, b), exact(operator, a, b, 64))));
  });
}

test('quotient and remainder make up the dividend', (t) => {
  const [quotient, remainder] = [operation('/', 'int'), operation('%', 'int')];
  fc.assert(
    fc.property(int, int, (a, b) => {
      fc.pre(b !== 0 && !(a === -(2 ** 31) && b === -1));
      const [q, r] = [quotient(a, b) as number, remainder(a, b) as number];
      t.is(BigInt(q) * BigInt(b) + BigInt(r), BigInt(a));
      t.true(Math.abs(r) < Math.abs(b) && (r === 0 || r < 0 === a < 0));
      t.false(Object.is(q, -0) || Object.is(r, -0));
    }),
  );
});

test('checked sums throw exactly where the sum does not fit', (t) => {
  const expression = compiled('@(checked((int)context.Variables["a"] + (int)context.Variables["b"]))');
  fc.assert(
    fc.property(int, int, (a, b) => {
      const fits = a + b >= -(2 ** 31) && a + b < 2 ** 31;
      const run = () => expression.evaluate(sampleContext({ variables: { a, b } }));
      if (fits) t.is(run(), a + b);
      else t.throws(run, { message: 'Arithmetic operation resulted in an overflow.' });
    }),
  );
});

test('shifts use the low five bits of the count', (t) => {
  const [left, right] = [operation('<<', 'int'), operation('>>', 'int')];
  fc.assert(
    fc.property(int, fc.integer({ min: -70, max: 70 }), (a, count) => {
      const by = BigInt(((count % 32) + 32) % 32);
      t.is(left(a, count), Number(BigInt.asIntN(32, BigInt(a) << by)));
      t.is(right(a, count), Number(BigInt(a) >> by));
    }),
  );
});

test('int.Parse reads back what ToString wrote', (t) => {
  const expression = compiled('@(int.Parse(((int)context.Variables["a"]).ToString()) == (int)context.Variables["a"])');
  fc.assert(fc.property(int, (a) => t.true(expression.evaluate(sampleContext({ variables: { a } })))));
});

test('a double printed and parsed is the same double', (t) => {
  const expression = compiled('@(double.Parse(((string)context.Variables["a"])).ToString())');
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (a) => {
      const written = expression.evaluate(sampleContext({ variables: { a: String(a) } })) as string;
      t.is(Number(written), a === 0 ? 0 : a);
    }),
  );
});

test('N and F formats round exact halves away from zero', (t) => {
  const expression = compiled('@(((int)context.Variables["a"] / 8.0).ToString("F2"))');
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 100_000 }), (a) => {
      const hundredths = Math.floor((Math.abs(a) * 100) / 8 + 0.5);
      const sign = a < 0 ? '-' : '';
      const expected = `${sign}${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
      t.is(expression.evaluate(sampleContext({ variables: { a } })), expected);
    }),
  );
});
