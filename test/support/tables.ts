import fc from 'fast-check';

/** One column of a random table: its name as it stands in JSON, and what its values look like there. */
export interface RandomColumn {
  readonly name: string;
  readonly value: fc.Arbitrary<string>;
}

const strings = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'high', 'é', '', '1', 'TRUE', '2020-01-01', 'x,y', '☃ ü') },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom('NA', 'NaN', 'Inf', '-Inf', 'N', 'In', 'NA ') },
);
const escaped = fc.constantFrom('"\\u004eA"', '"a\\/b"', '"\\u0041"', '"x\\u0000y"', '"\\ud83d\\ude00"', '"tab\\t"');
const integers = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map(String),
  fc.integer({ min: -2147483648, max: 2147483647 }).map(String),
  fc.constantFrom('-0', '2147483647', '-2147483647', '2147483648', '-2147483648', '12345678901234567890'),
);
const decimals = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((x) => (Number.isInteger(x) ? x.toFixed(1) : String(x))),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((x) => (Number.isInteger(x) ? `${x.toExponential()}` : `${x}`)),
  fc.constantFrom('1.0', '1e5', '1E+5', '-0.0', '1e-7', '0.1', '3.00000000000000000001'),
);
/** Values of one kind, as JSON texts; a few per hundred are of another kind. */
const kinds = {
  integer: integers,
  number: fc.oneof(integers, decimals),
  decimal: decimals,
  string: fc.oneof({ weight: 9, arbitrary: strings.map((s) => JSON.stringify(s)) }, { weight: 1, arbitrary: escaped }),
  boolean: fc.constantFrom('true', 'false'),
  null: fc.constant('null'),
};
const stray = fc.constantFrom('null', 'true', '1', '1.5', '"s"', '{}', '[1]', '{"a":1}', '[]');

const column = fc
  .record({
    name: fc.constantFrom('x', 'y', 'a b', 'ü', 'z"q', '_row', '$date', '', 'A', 'X1', 'names', 'row.names'),
    kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
    nulls: fc.boolean(),
    strays: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  })
  .map(({ name, kind, nulls, strays }) => {
    const others = [
      ...(nulls ? [{ weight: 3, arbitrary: fc.constant('null') }] : []),
      ...(strays ? [{ weight: 1, arbitrary: stray }] : []),
    ];
    return { name, kind, value: fc.oneof({ weight: 10, arbitrary: kinds[kind] }, ...others) };
  });

/** White space between tokens, rarely. */
const gap = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom(' ', '\n', '\t ') },
);

/** A few tables of the same columns: the texts of their rows, separated by commas. Rarely a row lacks a field. */
export const tablesAlike: fc.Arbitrary<string[]> = fc
  .uniqueArray(column, { minLength: 1, maxLength: 5, selector: ({ name }) => name })
  .chain((columns) => {
    const field = (c: (typeof columns)[number]) =>
      fc
        .tuple(c.value, fc.integer({ min: 0, max: 30 }), gap)
        .map(([value, drop, space]) => (drop === 0 ? '' : `${JSON.stringify(c.name)}${space}:${space}${value}`));
    const row = fc
      .tuple(fc.tuple(...columns.map(field)), gap, fc.integer({ min: 0, max: 40 }))
      .map(([fields, space, turn]) => {
        const there = fields.filter((text) => text !== '');
        return `{${(turn === 0 ? there.reverse() : there).join(`,${space}`)}}`;
      });
    const rows = fc
      .tuple(fc.array(row, { minLength: 1, maxLength: 4 }), gap)
      .map(([all, space]) => all.join(`${space},`));
    return fc.array(rows, { minLength: 2, maxLength: 5 });
  });
