import test from 'ava';
import fc from 'fast-check';
import { CostModel } from '../../../../plumber-app/server/batch/cost.ts';
import { portion } from '../../../../plumber-app/server/batch/portion.ts';
import { Trust } from '../../../../plumber-app/server/batch/trust.ts';

function costing(fixed: number, perRow: number, noise: (i: number) => number = () => 1): CostModel {
  const cost = new CostModel();
  for (let i = 0; i < 200; i++) {
    const rows = 1 + ((i * 37) % 100);
    cost.observe(rows, (fixed + perRow * rows) * noise(i));
  }
  return cost;
}

test('the cost of a call and of a row is found, whatever single calls do', (t) => {
  for (const [fixed, perRow] of [
    [3, 0.02],
    [0.1, 1.9],
    [50, 0],
    [0, 5],
    [2, 2],
  ] as const) {
    const spikes = (i: number) => (i % 9 === 0 ? 20 : i % 2 === 0 ? 1.05 : 0.95);
    const cost = costing(fixed, perRow, spikes);
    for (const rows of [1, 10, 100]) {
      const expected = fixed + perRow * rows;
      t.true(
        Math.abs(cost.predict(rows) - expected) <= 0.3 * expected,
        `${fixed} ${perRow} ${rows}: ${cost.predict(rows)}`,
      );
    }
  }
});

test('as long as one size of calls is known, all of the cost is laid to the rows', (t) => {
  const cost = new CostModel();
  t.false(cost.isKnown);
  t.is(cost.predict(100), 0);
  for (let i = 0; i < 5; i++) cost.observe(1, 3);
  t.deepEqual([cost.fixed, cost.perRow], [0, 3]);
  t.is(cost.rowsWithin(30), 10);
});

test('a model that has become slower is noticed', (t) => {
  const cost = costing(3, 0.1);
  for (let i = 0; i < 400; i++) cost.observe(1 + (i % 8), 30 + (i % 8));
  t.true(cost.predict(4) > 25);
});

test('neither part of the cost is ever negative', (t) => {
  const calls = fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1e4, noNaN: true })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(calls, (observed) => {
      const cost = new CostModel();
      for (const [rows, time] of observed) cost.observe(rows, time);
      t.true(cost.fixed >= 0 && cost.perRow >= 0 && Number.isFinite(cost.predict(10)));
      t.true(cost.rowsWithin(100) >= 0);
    }),
  );
});

const ones = (count: number) => Array<number>(count).fill(1);
const atWork = { rows: 0, calls: 0 };

test('one worker takes all that waits, up to the row limit', (t) => {
  const bounds = { maxRows: 64, timeout: undefined, cost: costing(3, 0.01), idle: 1, atWork };
  t.is(portion(ones(1), bounds), 1);
  t.is(portion(ones(20), bounds), 20);
  t.is(portion(ones(100), bounds), 64);
  t.is(portion([60, 5, 1], bounds), 1);
  t.is(portion([500, 1], bounds), 1);
});

test('a merge stays well inside the timeout', (t) => {
  const cost = costing(10, 2);
  t.is(portion(ones(500), { maxRows: 512, timeout: 500, cost, idle: 1, atWork }), 45);
  t.is(portion(ones(500), { maxRows: 512, timeout: 20, cost, idle: 1, atWork }), 1);
});

test('where the rows are what costs, the idle workers share; where the call is, one takes all', (t) => {
  t.is(portion(ones(12), { maxRows: 512, timeout: undefined, cost: costing(2, 1), idle: 3, atWork }), 4);
  t.is(portion(ones(4), { maxRows: 512, timeout: undefined, cost: costing(2, 1), idle: 3, atWork }), 2);
  t.is(portion(ones(12), { maxRows: 512, timeout: undefined, cost: costing(3, 0.01), idle: 3, atWork }), 12);
});

test('beside calls that R works on, none takes more than its share of all that is under way', (t) => {
  const bounds = { maxRows: 512, timeout: undefined, cost: costing(3, 0.01), idle: 1 };
  t.is(portion(ones(190), { ...bounds, atWork: { rows: 66, calls: 1 } }), 128);
  t.is(portion(ones(62), { ...bounds, atWork: { rows: 194, calls: 1 } }), 62);
  t.is(portion(ones(1), { ...bounds, atWork: { rows: 0, calls: 3 } }), 1);
});

test('where a longer merge would save nothing, it stays short', (t) => {
  const taken = portion(ones(500), { maxRows: 512, timeout: undefined, cost: costing(0.1, 1.9), idle: 1, atWork });
  t.true(taken <= 8, `${taken}`);
});

test('the first is always taken, and nobody is passed over', (t) => {
  const bounds = fc.record({
    maxRows: fc.integer({ min: 1, max: 100 }),
    timeout: fc.option(fc.integer({ min: 1, max: 1e4 }), { nil: undefined }),
    idle: fc.integer({ min: 1, max: 8 }),
    atWork: fc.record({ rows: fc.nat(100), calls: fc.nat(8) }),
  });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      bounds,
      fc.nat(20),
      fc.nat(20),
      (rows, bound, fixed, perRow) => {
        const taken = portion(rows, { ...bound, cost: costing(fixed, perRow) });
        t.true(taken >= 1 && taken <= rows.length);
        const sum = rows.slice(0, taken).reduce((total, count) => total + count, 0);
        t.true(taken === 1 || sum <= bound.maxRows);
      },
    ),
    { numRuns: 50 },
  );
});

test('merging pauses after three merges in a row were in vain, longer each time', (t) => {
  const trust = new Trust();
  t.is(trust.onMerged(true, 0), undefined);
  t.is(trust.onMerged(true, 0), undefined);
  t.is(trust.onMerged(false, 0), undefined);
  t.is(trust.onMerged(true, 0), undefined);
  t.is(trust.onMerged(true, 0), undefined);
  t.true(trust.holds(0));
  t.is(trust.onMerged(true, 0), 10_000);
  t.false(trust.holds(9_999));
  t.true(trust.holds(10_000));
  for (let i = 0; i < 2; i++) trust.onMerged(true, 10_000);
  t.is(trust.onMerged(true, 10_000), 20_000);
});
