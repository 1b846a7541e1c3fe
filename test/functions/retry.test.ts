import test from 'ava';
import { retry } from '../../functions/retry.ts';
import { startSpan, traceOf } from '../../functions/trace.ts';
import { stillClock } from '../support/functions.ts';

const policy = { attempts: 4, pause: 100, longestPause: 1_000 };

test('the first good result ends it', async (t) => {
  const clock = stillClock();
  const result = await retry((attempt) => Promise.resolve(attempt), { ...policy, again: (n) => n < 2 }, clock);
  t.is(result, 2);
  t.is(clock.slept.length, 1);
});

test('the attempts are bounded, and the pauses grow with jitter', async (t) => {
  const clock = stillClock();
  const result = await retry(
    (attempt) => Promise.resolve(attempt),
    { ...policy, again: () => true },
    clock,
    () => 0.5,
  );
  t.is(result, 4);
  t.deepEqual(clock.slept, [75, 150, 300]);
});

test('what the other side asks for is waited, up to the longest pause', async (t) => {
  const clock = stillClock();
  await retry(
    (attempt) => Promise.resolve(attempt),
    { ...policy, again: () => ({ after: 400 }) },
    clock,
    () => 0,
  );
  t.deepEqual(clock.slept, [400, 400, 400]);
  const patient = stillClock();
  await retry((attempt) => Promise.resolve(attempt), { ...policy, again: () => ({ after: 60_000 }) }, patient);
  t.deepEqual(patient.slept, [1_000, 1_000, 1_000]);
});

test('a span belongs to its parent’s trace, or to a new one when the parent is none', (t) => {
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const span = startSpan(parent);
  t.regex(span, /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  t.not(span, parent);
  for (const none of [undefined, 'nonsense', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`]) {
    t.regex(startSpan(none), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    t.not(traceOf(startSpan(none)), '0'.repeat(32));
  }
});
