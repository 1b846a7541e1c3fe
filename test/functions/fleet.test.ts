import test from 'ava';
import { awaitReplicas, fleetOf, stuckSentence } from '../../functions/fleet.ts';
import { readAgedReports, writeReplicaReport, type AgedReport, type ReplicaReport } from '../../releases/replicas.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import { stillClock } from '../support/functions.ts';
import { newStore } from '../support/releases.ts';

let azurite: Azurite;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());

const [old, now] = ['sums@000000000001', 'sums@000000000002'];
const since = '2026-03-01T11:00:00.000Z';

const report = (pod: string, more: Partial<AgedReport> = {}): AgedReport => ({
  ...{ service: 'sums', pod, release: now, state: 'serving', since, updatedAt: since, age: 5_000 },
  ...more,
});

test('every pod that lives and serves the release counts', (t) => {
  const fleet = fleetOf([report('a'), report('b')], 'sums', now);
  t.deepEqual(fleet, { serving: ['a', 'b'], stuck: [], gone: [] });
  t.is(stuckSentence(fleet), undefined);
});

test('a pod that is stuck is named, with what it is stuck on', (t) => {
  const fleet = fleetOf(
    [
      report('a'),
      report('b', { release: old }),
      report('c', { state: 'loading', previous: old }),
      report('d', { state: 'refused', detail: 'probes: two fails', previous: old }),
    ],
    'sums',
    now,
  );
  t.is(
    stuckSentence(fleet),
    `1 of 4 replicas serve it: b still serves ${old} (since ${since}), c loading since ${since}; it serves ${old}, ` +
      `d refused: probes: two fails; it serves ${old}`,
  );
});

test('a pod that has been silent for three heartbeats is gone: nobody waits for it', (t) => {
  const reports = [report('a', { age: 90_000 }), report('b', { release: old, age: 90_001 })];
  t.deepEqual(fleetOf(reports, 'sums', now), { serving: ['a'], stuck: [], gone: ['b'] });
});

test('pods of another channel are not waited for; a server that does not say which it follows is', (t) => {
  const reports = [
    report('a', { channel: 'sums' }),
    report('b', { channel: 'sums/canary', release: old }),
    report('c'),
  ];
  t.deepEqual(fleetOf(reports, 'sums', now), { serving: ['a', 'c'], stuck: [], gone: [] });
});

let services = 0;

/** Three pods of a service of its own, and a way to ask. */
async function threePods(third: Partial<ReplicaReport>) {
  const store = newStore(azurite);
  const service = `fleet-${++services}`;
  const clock = stillClock();
  const write = (pod: string, more: Partial<ReplicaReport> = {}) => {
    const own = { service, pod, release: now, state: 'serving', since, updatedAt: since } as const;
    return writeReplicaReport(store, { ...own, ...more });
  };
  await Promise.all([write('a'), write('b'), write('c', third)]);
  return {
    clock,
    write,
    store,
    service,
    ask: (isStillWanted = () => Promise.resolve(true), patience = 10_000) =>
      awaitReplicas({ store, clock }, { service, channel: 'sums', release: now, patience, isStillWanted }),
  };
}

test('one of three on the old release is waited for, up to the end of patience, and named', async (t) => {
  const { ask, clock } = await threePods({ release: old });
  const fleet = await ask();
  t.like(fleet, { serving: ['a', 'b'], stuck: [{ pod: 'c' }] });
  t.is(
    clock.slept.reduce((sum, pause) => sum + pause, 0),
    10_000,
  );
});

test('a swap that ends while it is waited for is seen', async (t) => {
  const { ask, write } = await threePods({ state: 'loading', previous: old });
  const fleet = await ask(async () => {
    await write('c');
    return true;
  });
  t.like(fleet, { serving: ['a', 'b', 'c'], stuck: [] });
});

test('a pod that refused the release is not waited for: it has made up its mind', async (t) => {
  const { ask, clock } = await threePods({ state: 'refused', detail: 'load: no model' });
  t.like(await ask(), { stuck: [{ pod: 'c', why: 'refused: load: no model' }] });
  t.deepEqual(clock.slept, []);
});

test('a pod that still refuses an older release is waited for', async (t) => {
  const { ask, clock } = await threePods({ release: old, state: 'refused', detail: 'load: no model' });
  t.like(await ask(), { stuck: [{ pod: 'c', why: `refused ${old}: load: no model` }] });
  t.not(clock.slept.length, 0);
});

test('nobody waits for a release that has been replaced meanwhile', async (t) => {
  const { ask } = await threePods({ release: old });
  t.is(await ask(() => Promise.resolve(false)), 'replaced');
});

test("a report's age is by the store's clock: that of a pod, or ours, may be years wrong", async (t) => {
  const { ask, store, service } = await threePods({ updatedAt: '2001-01-01T00:00:00.000Z' });
  t.like(await ask(), { serving: ['a', 'b', 'c'], gone: [] });
  for (const { age } of await readAgedReports(store, service)) t.true(age < 60_000, String(age));
});

test('a service whose pods have never reported has no replicas', async (t) => {
  const store = newStore(azurite);
  const question = { service: 'never', channel: 'never', release: now, patience: 10_000 };
  const fleet = await awaitReplicas(
    { store, clock: stillClock() },
    { ...question, isStillWanted: () => Promise.resolve(true) },
  );
  t.deepEqual(fleet, { serving: [], stuck: [], gone: [] });
});
