import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { withLease } from '../../functions/lease.ts';
import { openStore } from '../../releases/store.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import { stillClock } from '../support/functions.ts';

let azurite: Azurite;
let used = 0;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());

const container = () => openStore(`${azurite.blobUrl}/results-${++used}`).releases;
const signal = new AbortController().signal;

test('two at once take turns', async (t) => {
  const results = container();
  const clock = stillClock();
  const first = Promise.withResolvers<void>();
  const order: string[] = [];
  const held = Promise.withResolvers<void>();
  const one = withLease(results, 'lease', { clock, patience: 0, signal }, async () => {
    order.push('one begins');
    held.resolve();
    await first.promise;
    order.push('one ends');
  });
  await held.promise;
  // The second asks again after each pause: the first ends during one of them.
  const waiting = { ...clock, sleep: () => (first.resolve(), one.then(() => undefined)) };
  await withLease(results, 'lease', { clock: waiting, patience: 60_000, signal }, () => {
    order.push('two begins');
    return Promise.resolve();
  });
  t.deepEqual(order, ['one begins', 'one ends', 'two begins']);
});

test('who has no patience is told that it is taken, and does nothing', async (t) => {
  const results = container();
  const clock = stillClock();
  const outcome = await withLease(results, 'lease', { clock, patience: 0, signal }, () =>
    withLease(results, 'lease', { clock, patience: 0, signal }, () => Promise.reject(new Error('it ran'))),
  );
  t.is(outcome, 'taken');
});

test('the lease is given back when the work fails', async (t) => {
  const results = container();
  const options = { clock: stillClock(), patience: 0, signal };
  const failing = withLease(results, 'lease', options, () => Promise.reject(new Error('no')));
  await t.throwsAsync(failing, { message: 'no' });
  t.is(await withLease(results, 'lease', options, () => Promise.resolve('done')), 'done');
});

test('work whose lease is lost is aborted, and says why', async (t) => {
  const results = container();
  const options = { clock: stillClock(), patience: 0, signal, renewEvery: 20 };
  await withLease(results, 'lease', options, async (held) => {
    await results.getBlobClient('lease').getBlobLeaseClient().breakLease(0);
    await t.throwsAsync(sleep(60_000, undefined, { signal: held }));
    t.is((held.reason as Error).message, 'the lease of lease was lost');
  });
});

test('an interruption ends the wait', async (t) => {
  const results = container();
  const clock = stillClock();
  const stop = new AbortController();
  const interrupted = new Error('the app is stopping');
  const waiting = { ...clock, sleep: () => (stop.abort(interrupted), Promise.reject(interrupted)) };
  await withLease(results, 'lease', { clock, patience: 0, signal }, async () => {
    const second = withLease(results, 'lease', { clock: waiting, patience: 60_000, signal: stop.signal }, () =>
      Promise.resolve(),
    );
    await t.throwsAsync(second, { message: 'the app is stopping' });
  });
});
