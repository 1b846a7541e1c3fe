import { randomUUID } from 'node:crypto';
import test from 'ava';
import {
  readReplicaReports,
  removeReplicaReport,
  writeReplicaReport,
  type ReplicaReport,
} from '../../releases/replicas.ts';
import { UserError } from '../../service/errors.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import { newStore } from '../support/releases.ts';

let azurite: Azurite;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());

const report = (service: string, pod: string, more: Partial<ReplicaReport> = {}): ReplicaReport => ({
  service,
  pod,
  release: 'boston-housing@0123456789ab',
  state: 'serving',
  since: '2026-01-02T03:04:05.000Z',
  updatedAt: '2026-01-02T03:05:05.000Z',
  ...more,
});

test('each pod has its latest report, each service its own', async (t) => {
  const store = newStore(azurite);
  const [service, other] = [randomUUID(), randomUUID()];
  t.deepEqual(await readReplicaReports(store, service), []);
  await writeReplicaReport(store, report(service, 'pod-b', { state: 'loading' }));
  const refused = report(service, 'pod-b', { state: 'refused', detail: 'a probe failed', previous: 'a@0123456789ab' });
  await writeReplicaReport(store, refused);
  await writeReplicaReport(store, report(service, 'pod-a'));
  await writeReplicaReport(store, report(other, 'pod-c'));
  t.deepEqual(await readReplicaReports(store, service), [report(service, 'pod-a'), refused]);
});

test('a pod that stops in good order takes its report along', async (t) => {
  const store = newStore(azurite);
  const service = randomUUID();
  await writeReplicaReport(store, report(service, 'pod-a'));
  await removeReplicaReport(store, service, 'pod-a');
  await removeReplicaReport(store, service, 'pod-a');
  t.deepEqual(await readReplicaReports(store, service), []);
});

test('a malformed report is not written, and one that is there hides no other', async (t) => {
  const store = newStore(azurite);
  const service = randomUUID();
  const wrong = report(service, '../other/pod');
  await t.throwsAsync(writeReplicaReport(store, wrong), { instanceOf: UserError, message: /is malformed: "pod"/ });
  await writeReplicaReport(store, report(service, 'pod-b'));
  await store.replicas.getBlockBlobClient(`${service}/pod-a.json`).upload('{', 1);
  t.deepEqual(await readReplicaReports(store, service), [report(service, 'pod-b')]);
});
