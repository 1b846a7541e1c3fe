import test from 'ava';
import { startAzurite } from '../../support/azurite.ts';
import { runSwaps } from '../../support/swaps.ts';

/** `node test/soak/swaps.ts` does the same a hundred times, with callers that never rest. */
const swaps = 6;
const megabyte = 2 ** 20;

test('swaps under load fail no request, mix up no release and leave nothing behind', async (t) => {
  const azurite = await startAzurite();
  t.teardown(() => azurite.stop());
  const { load, before, after, left, processes } = await runSwaps(t, azurite, {
    swaps,
    callers: 2,
    rest: 20,
    workers: 2,
  });
  t.log(`${load.answers} answers, ${processes} workers, heap ${before.heap / megabyte} → ${after.heap / megabyte} MB`);
  t.deepEqual(load.failures, []);
  t.is(load.failed, 0);
  t.is(load.byRelease.size, 3);
  t.true(Math.min(...load.byRelease.values()) > 20);

  t.is(processes, 2 * (swaps + 1));
  t.deepEqual(left, []);
  t.is(after.childProcesses, before.childProcesses);
  t.is(after.descriptors, before.descriptors);
  // What a release that is not let go of holds is more: its routes, its compiled schemas, its connections' buffers.
  t.true(after.heap - before.heap < 3 * megabyte, `heap grew by ${after.heap - before.heap} bytes`);
});
