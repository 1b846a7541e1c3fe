import test from 'ava';
import { promote } from '../../../releases/promote.ts';
import { readReplicaReports, type ReplicaReport } from '../../../releases/replicas.ts';
import { startAzurite, type Azurite } from '../../support/azurite.ts';
import { follow, releasesIn, service, type Releases } from '../../support/follow.ts';
import { until } from '../../support/server.ts';

let azurite: Azurite;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());

/** All servers of this file share the container of reports: each has a pod of its own. */
async function reportOf({ store }: Releases, pod: string): Promise<ReplicaReport | undefined> {
  return (await readReplicaReports(store, service)).find((report) => report.pod === pod);
}

test('a replica reports what it loads, serves and refuses, and takes its report along', async (t) => {
  const releases = await releasesIn(t, azurite);
  const pod = 'reporting-1';
  const report = () => reportOf(releases, pod);
  const [two, bad] = [await releases.publish(2), await releases.publish(3, { expected: [0, 0] })];
  const slow = await releases.publish(4, { code: 'while (!file.exists(Sys.getenv("TEST_GO"))) Sys.sleep(0.05)\n' });
  await promote(releases.store, two, service);
  const env = { ...process.env, TEST_GO: '/nowhere' };
  const server = await follow(t, releases, { replica: { store: releases.remote, pod }, lookEvery: 50, env });

  const serving = await until(async () => {
    const found = await report();
    return found?.state === 'serving' && found;
  });
  t.like(serving, { service, pod, release: two, detail: undefined, previous: undefined });

  await promote(releases.store, slow, service);
  await until(async () => (await report())?.state === 'loading');
  t.like(await report(), { release: slow, previous: two });

  await promote(releases.store, bad, service);
  await until(async () => (await report())?.state === 'refused');
  const refused = await report();
  t.like(refused, { release: bad, previous: two });
  t.regex(refused?.detail ?? '', /^probes: the probe two-rows .* fails: /);
  t.true(refused!.since > serving.since);

  await server.server.close();
  t.is(await report(), undefined);
});

test('it says again and again that it lives, and when its state began', async (t) => {
  const releases = await releasesIn(t, azurite);
  const pod = 'beating-1';
  await promote(releases.store, await releases.publish(2), service);
  await follow(t, releases, { replica: { store: releases.remote, pod, every: 50 } });
  const first = await until(async () => {
    const found = await reportOf(releases, pod);
    return found?.state === 'serving' && found;
  });
  const later = await until(async () => {
    const found = await reportOf(releases, pod);
    return found!.updatedAt > first.updatedAt && found;
  });
  t.is(later.since, first.since);
});

test('a store that is away harms neither serving nor stopping, and gets the report when it is back', async (t) => {
  const releases = await releasesIn(t, azurite);
  const pod = 'lonely-1';
  await promote(releases.store, await releases.publish(2), service);
  const server = await follow(t, releases, { replica: { store: releases.remote, pod, every: 50 } });
  await until(async () => (await reportOf(releases, pod))?.state === 'serving');
  releases.setAway(true);
  await until(() => server.log.some(({ msg }) => msg === 'the replica report was not written'));
  t.is((await server.get('/k')).text, '[2]');
  const before = (await reportOf(releases, pod))!.updatedAt;
  releases.setAway(false);
  await until(async () => (await reportOf(releases, pod))!.updatedAt > before);
  releases.setAway(true);
  await server.server.close();
  t.true(server.log.some(({ msg }) => msg === 'the replica report was not removed'));
});

test('a replica that cannot start says why', async (t) => {
  const releases = await releasesIn(t, azurite);
  const pod = 'hopeless-1';
  const bad = await releases.publish(3, { code: 'stop("no model")\n' });
  await promote(releases.store, bad, service);
  await t.throwsAsync(follow(t, releases, { replica: { store: releases.remote, pod } }), { message: /no model/ });
  t.like(await reportOf(releases, pod), { release: bad, state: 'refused', previous: undefined });
});
