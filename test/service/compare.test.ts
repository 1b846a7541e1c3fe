import test from 'ava';
import fc from 'fast-check';
import { firstDifference } from '../../service/compare.ts';

const json = fc.jsonValue({ maxDepth: 4 });
const isEqual = (a: unknown, b: unknown) => firstDifference(a, b, 0) === undefined;

test('a value equals itself, whatever the tolerance', (t) => {
  fc.assert(
    fc.property(json, fc.double({ min: 0, max: 1, noNaN: true }), (value, tolerance) => {
      t.is(firstDifference(structuredClone(value), value, tolerance), undefined);
    }),
  );
});

test('without tolerance, two values agree exactly when they are the same JSON, keys in any order', (t) => {
  const canonical = (value: unknown): string =>
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    );
  fc.assert(
    fc.property(json, json, (a, b) => {
      t.is(isEqual(a, b), canonical(a) === canonical(b));
    }),
  );
});

test('numbers agree within the tolerance, absolute or relative to the expected one', (t) => {
  const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(number, fc.double({ min: 1e-6, max: 0.1, noNaN: true }), (expected, tolerance) => {
      const bound = Math.max(tolerance, tolerance * Math.abs(expected));
      t.is(firstDifference([expected + bound * 0.99], [expected], tolerance), undefined);
      t.truthy(firstDifference([expected + bound * 1.01 + 1e-9], [expected], tolerance));
    }),
  );
});

const differences: [actual: unknown, expected: unknown, sentence: string][] = [
  [{ values: [1, 2.5] }, { values: [1, 2] }, '$.values[1] is 2.5, expected 2 ± 0.1'],
  [{ values: [1] }, { values: [1, 2] }, '$.values has 1 elements, expected 2'],
  [{}, { values: [] }, '$.values is missing'],
  [{ values: [], note: 1 }, { values: [] }, '$.note was not expected'],
  [{ 'a b': '1' }, { 'a b': 1 }, '$["a b"] is "1", expected 1'],
  [null, {}, '$ is null, expected an object'],
  [[], {}, '$ is an array of 0, expected an object'],
  [{}, [1], '$ is an object, expected an array of 1'],
  [{ a: null }, { a: 0 }, '$.a is null, expected 0'],
  [{ a: true }, { a: 'x'.repeat(99) }, `$.a is true, expected "${'x'.repeat(56)}…`],
];

for (const [actual, expected, sentence] of differences) {
  test(`a difference is told with its place: ${sentence}`, (t) => {
    t.is(firstDifference(actual, expected, 0.1), sentence);
  });
}
