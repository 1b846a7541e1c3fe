import test, { type ExecutionContext } from 'ava';
import { callsToCover } from '../../functions/coverage.ts';
import { warmModels } from '../../functions/warm-models.ts';
import { promote } from '../../releases/promote.ts';
import { openStore } from '../../releases/store.ts';
import { writeReplicaReport, type ReplicaReport } from '../../releases/replicas.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import { listLog, partsWith, publishFiles, right, startGateway, stillClock, sums } from '../support/functions.ts';

let azurite: Azurite;
let services = 0;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());

/** A promoted service of its own, with replicas as told, behind a gateway that answers as told. */
async function setUp(t: ExecutionContext, { stopping }: { stopping?: AbortSignal } = {}) {
  const service = `warm-${++services}`;
  const files = { ...sums, 'service.yaml': sums['service.yaml']!.replace('name: sums', `name: ${service}`) };
  const storeUrl = `${azurite.blobUrl}/${service}`;
  const { store, release } = await publishFiles(storeUrl, service, files);
  const gateway = await startGateway(t);
  const settings = {
    PENSTOCK_STORE: storeUrl,
    PENSTOCK_RESULTS: `${azurite.blobUrl}/results-${service}`,
    PENSTOCK_GATEWAY: gateway.url,
    PENSTOCK_CHANNELS: service,
  };
  const since = '2026-03-01T11:00:00.000Z';
  return {
    ...{ service, release, store, files, storeUrl, gateway },
    log: listLog(),
    parts: partsWith(settings, stillClock(), stopping),
    answer: gateway.answer,
    pods: (...pods: Partial<ReplicaReport>[]) =>
      Promise.all(
        pods.map((pod, index) =>
          writeReplicaReport(store, {
            ...{ service, pod: `pod-${index + 1}`, release, state: 'serving', since, updatedAt: since },
            ...pod,
          }),
        ),
      ),
  };
}

test('each of three replicas gets the bodies: as many calls as it takes, each on a connection of its own', async (t) => {
  const { parts, log, pods, gateway, release } = await setUp(t);
  await pods({}, {}, {});
  const [warmed] = await warmModels(parts, log);
  t.like(warmed, { ok: true, release, fleet: { serving: ['pod-1', 'pod-2', 'pod-3'], stuck: [], gone: [] } });
  t.deepEqual(
    warmed?.calls.map(({ probe, sent }) => [probe, sent]),
    [['two', callsToCover(3) + 1]],
  );
  t.is(new Set(gateway.requests.map(({ connection }) => connection)).size, callsToCover(3) + 1);
});

test('a balancer that picks a replica for each connection reaches them all', async (t) => {
  const { parts, log, pods, answer } = await setUp(t);
  await pods({}, {}, {}, {}, {});
  const replicaOf = new Map<number | undefined, number>();
  answer(({ connection }) => {
    replicaOf.set(connection, replicaOf.get(connection) ?? replicaOf.size % 5);
    return right;
  });
  await warmModels(parts, log);
  t.is(new Set(replicaOf.values()).size, 5);
});

test('one of three that is stuck on the old release fails the warm-up by name; the others are warm', async (t) => {
  const { parts, log, pods, release, gateway } = await setUp(t);
  await pods({}, {}, { release: 'sums@000000000001' });
  const error = await t.throwsAsync(warmModels(parts, log));
  t.regex(error.message, /2 of 3 replicas serve it: pod-3 still serves sums@000000000001/);
  t.true(gateway.requests.length > 2);
  t.like(await parts.results.lastWarmUp(parts.settings.channels[0]!), { ok: false, release });
});

test('where the gateway keeps answers, other bytes of the same JSON get past it to the replicas', async (t) => {
  const { parts, log, pods, answer, gateway } = await setUp(t);
  await pods({}, {}, {});
  const kept = new Set<string>();
  answer(({ body }) => {
    const isHit = kept.has(body);
    kept.add(body);
    return { body: '{"sum":[3.5]}', headers: { 'x-penstock-cache': isHit ? 'hit' : 'miss' } };
  });
  const [warmed] = await warmModels(parts, log);
  t.true(warmed?.ok);
  const bodies = gateway.requests.map(({ body }) => body);
  // All but the second, which has shown that the first is kept.
  t.is(new Set(bodies).size, bodies.length - 1);
  t.is(new Set(bodies.map((body) => JSON.stringify(JSON.parse(body)))).size, 1);
});

test('of two at once, one warms up, and the other leaves it to it', async (t) => {
  const { parts, log, gateway, answer } = await setUp(t);
  const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  answer(async () => {
    reached.resolve();
    await go.promise;
    return right;
  });
  const one = warmModels(parts, log);
  await reached.promise;
  t.deepEqual(await warmModels(parts, log), []);
  t.true(log.lines.some((line) => line.endsWith('another instance is warming it up')));
  go.resolve();
  t.like(await one, [{ ok: true }]);
  t.is(gateway.requests.length, 2);
});

test('what is promoted during a warm-up is warmed by it as well', async (t) => {
  const { parts, log, store, storeUrl, service, files, release, answer } = await setUp(t);
  const second = await publishFiles(storeUrl, 'elsewhere', { ...files, 'probes/two.json': '{"a": 2, "b": 1.5}' });
  const bodies: string[] = [];
  answer(async ({ body }) => {
    if (bodies.length === 0) await promote(store, second.release, service);
    bodies.push(body);
    return right;
  });
  const [warmed] = await warmModels(parts, log);
  t.like(warmed, { ok: true, release: second.release });
  t.not(second.release, release);
  t.deepEqual(
    bodies.map((body) => (JSON.parse(body) as { a: number }).a),
    [1, 1, 2, 2],
  );
});

test('429 is waited out as long as the gateway asks', async (t) => {
  const { parts, log, answer } = await setUp(t);
  let asked = 0;
  answer(() => ((asked += 1) === 1 ? { status: 429, headers: { 'retry-after': '7' } } : right));
  t.like(await warmModels(parts, log), [{ ok: true }]);
  t.deepEqual((parts.clock as ReturnType<typeof stillClock>).slept, [7_000]);
});

test('an app that is stopped ends its warm-up, gives the lease back and keeps what became of it', async (t) => {
  const stop = new AbortController();
  const { parts, log, answer, service } = await setUp(t, { stopping: stop.signal });
  answer(() => {
    stop.abort(new Error('the app is stopping'));
    return new Promise<never>(() => undefined);
  });
  await t.throwsAsync(warmModels(parts, log), { message: /the app is stopping/ });
  t.like(await parts.results.lastWarmUp(service), { ok: false, reason: 'the app is stopping' });
  const lease = openStore(parts.settings.results).releases.getBlobClient(`warm-ups/leases/${service}`);
  t.is((await lease.getProperties()).leaseState, 'available');
});
