import test from 'ava';
import { createHistory } from '../../functions/history.ts';
import { createResults, probeDay, type ProbeRound } from '../../functions/results.ts';
import { openStore } from '../../releases/store.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';

let azurite: Azurite;
let used = 0;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());

const day = 86_400_000;
const container = () => openStore(`${azurite.blobUrl}/results-${++used}`).releases;

const round = (channel: string, at: string, latency: number, ok = true): ProbeRound => ({
  ...{ channel, at, ok, door: [] },
  probes: [{ probe: 'two', at, ok, latency, attempts: 1, trace: '', span: '' }],
});

test('the last day is read across midnight, by channel and probe, oldest first', async (t) => {
  const results = createResults(container());
  for (const [at, latency] of [
    ['2026-03-01T11:00:00.000Z', 1],
    ['2026-03-01T13:00:00.000Z', 2],
    ['2026-03-02T11:00:00.000Z', 3],
  ] as const) {
    await results.keepProbes([round('sums', at, latency), round('other', at, latency * 10, false)]);
  }
  const series = await createHistory(results.container).since(day, new Date('2026-03-02T12:00:00Z'));
  t.deepEqual(
    series.map(({ channel, probe, points }) => [channel, probe, points.map(({ latency, ok }) => [latency, ok])]),
    [
      ['sums', 'two', [2, 3].map((latency) => [latency, true])],
      ['other', 'two', [20, 30].map((latency) => [latency, false])],
    ],
  );
});

test('what has been read is not read again; what is new is', async (t) => {
  const results = createResults(container());
  const history = createHistory(results.container);
  const now = new Date('2026-03-02T12:00:00Z');
  t.deepEqual(await history.since(day, now), []);
  await results.keepProbes([round('sums', '2026-03-02T11:00:00.000Z', 1)]);
  t.is((await history.since(day, now))[0]?.points.length, 1);
  t.is((await history.since(day, now))[0]?.points.length, 1);
  await results.keepProbes([round('sums', '2026-03-02T11:01:00.000Z', 2)]);
  const both = await Promise.all([history.since(day, now), history.since(day, now)]);
  for (const [one] of both)
    t.deepEqual(
      one?.points.map(({ latency }) => latency),
      [1, 2],
    );
});

test('a damaged line costs one point, no more', async (t) => {
  const results = createResults(container());
  await results.keepProbes([round('sums', '2026-03-02T11:00:00.000Z', 1)]);
  await results.container.getAppendBlobClient(probeDay('2026-03-02')).appendBlock('{"channel"\n', 11);
  await results.keepProbes([round('sums', '2026-03-02T11:02:00.000Z', 3)]);
  const [series] = await createHistory(results.container).since(day, new Date('2026-03-02T12:00:00Z'));
  t.is(series?.points.length, 2);
});
