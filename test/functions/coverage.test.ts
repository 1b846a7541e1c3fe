import fc from 'fast-check';
import test from 'ava';
import { callsToCover } from '../../functions/coverage.ts';

test('one replica needs one call, and so does none', (t) => {
  t.deepEqual([0, 1].map(callsToCover), [1, 1]);
});

test('up to twenty replicas are left out with a chance of at most one in a thousand', (t) => {
  for (let replicas = 2; replicas <= 20; replicas += 1) {
    const calls = callsToCover(replicas);
    t.true(replicas * (1 - 1 / replicas) ** calls <= 0.001, `${replicas} replicas, ${calls} calls`);
    t.true(calls < 200);
  }
});

test('however many there are, the calls are bounded, and more replicas never get fewer', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (replicas) => {
        return callsToCover(replicas) <= 200 && callsToCover(replicas) <= callsToCover(replicas + 1);
      }),
    ),
  );
});
