import test from 'ava';
import { channelNames, defaultChannel, findChannel, readChannel, writeChannel } from '../../releases/channel.ts';
import { listReleases } from '../../releases/list.ts';
import { promote } from '../../releases/promote.ts';
import { publish } from '../../releases/publish.ts';
import { fileBlob } from '../../releases/read.ts';
import { rollback } from '../../releases/rollback.ts';
import type { Store } from '../../releases/store.ts';
import { UserError } from '../../service/errors.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import { newStore, overwriteBlob, serviceDirectory } from '../support/releases.ts';

let azurite: Azurite;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());

async function published(
  t: Parameters<typeof serviceDirectory>[0],
  store: Store,
  ...models: string[]
): Promise<string[]> {
  const ids: string[] = [];
  for (const model of models) {
    ids.push((await publish(store, await serviceDirectory(t, 'boston-housing', model))).manifest.id);
  }
  return ids;
}

test('promoting makes the channel, then moves it, and remembers where it was', async (t) => {
  const store = newStore(azurite);
  const [first = '', second = ''] = await published(t, store, 'one', 'two');
  const channel = defaultChannel('boston-housing');
  const now = () => new Date('2026-01-02T03:04:05Z');

  t.is((await promote(store, first, channel)).before, undefined);
  const { before } = await promote(store, second, channel, { now });
  t.is(before, first);
  t.deepEqual((await readChannel(store, channel)).channel, {
    name: 'boston-housing',
    service: 'boston-housing',
    release: second,
    promotedAt: '2026-01-02T03:04:05.000Z',
    previous: [first],
  });
});

test('promoting what is promoted already writes nothing', async (t) => {
  const store = newStore(azurite);
  const [id = ''] = await published(t, store, 'one');
  await promote(store, id, 'c');
  const { etag } = await readChannel(store, 'c');
  t.is((await promote(store, id, 'c')).before, id);
  t.is((await readChannel(store, 'c')).etag, etag);
});

test('rolling back goes back step by step, and says when there is no step left', async (t) => {
  const store = newStore(azurite);
  const [one = '', two = '', three = ''] = await published(t, store, 'one', 'two', 'three');
  for (const id of [one, two, three]) await promote(store, id, 'c');
  t.like(await rollback(store, 'c'), { before: three, channel: { release: two, previous: [one] } });
  t.like(await rollback(store, 'c'), { before: two, channel: { release: one, previous: [] } });
  await t.throwsAsync(rollback(store, 'c'), {
    instanceOf: UserError,
    message: `the channel c has no release before ${one} to roll back to`,
  });
  t.is((await readChannel(store, 'c')).channel.release, one);
});

test('rolling back to a release that has been damaged meanwhile is refused', async (t) => {
  const store = newStore(azurite);
  const [one = '', two = ''] = await published(t, store, 'one', 'two');
  await promote(store, one, 'c');
  await promote(store, two, 'c');
  await store.releases.deleteBlob(fileBlob(one, 'plumber.R'));
  await t.throwsAsync(rollback(store, 'c'), { instanceOf: UserError, message: /is damaged: plumber.R is missing/ });
  t.is((await readChannel(store, 'c')).channel.release, two);
});

test('a conditional read answers unchanged until the channel is moved', async (t) => {
  const store = newStore(azurite);
  const [one = '', two = ''] = await published(t, store, 'one', 'two');
  await promote(store, one, 'c');
  const { etag } = await readChannel(store, 'c');
  t.is(await readChannel(store, 'c', { etag }), 'unchanged');
  await promote(store, two, 'c');
  const reading = await readChannel(store, 'c', { etag });
  t.like(reading, { channel: { release: two } });
});

test('a channel that is not there is named, with the store and the channels that there are', async (t) => {
  const store = newStore(azurite);
  await t.throwsAsync(readChannel(store, 'prod'), {
    instanceOf: UserError,
    message: `there is no channel prod in ${store.url}; it has no channels yet: publish a release and promote it`,
  });
  const [id = ''] = await published(t, store, 'one');
  await promote(store, id, 'boston-housing');
  await promote(store, id, 'boston-housing/canary');
  t.deepEqual(await channelNames(store), ['boston-housing', 'boston-housing/canary']);
  await t.throwsAsync(readChannel(store, 'bosten-housing'), {
    instanceOf: UserError,
    message: `there is no channel bosten-housing in ${store.url}; did you mean boston-housing? it has boston-housing, boston-housing/canary`,
  });
  await t.throwsAsync(rollback(store, 'prod'), { instanceOf: UserError, message: /there is no channel prod/ });
  t.is(await findChannel(store, 'prod'), undefined);
});

test('a channel name that could be another path is refused', async (t) => {
  const store = newStore(azurite);
  for (const name of ['', '/a', 'a/', 'a//b', '../a', 'a b', 'a.json', 'é', 'a'.repeat(201)]) {
    await t.throwsAsync(readChannel(store, name), { instanceOf: UserError, message: /is not a channel/ });
  }
});

test('a channel that points nowhere cannot be made, and a damaged one is named', async (t) => {
  const store = newStore(azurite);
  const [id = ''] = await published(t, store, 'one');
  const missing = 'boston-housing@000000000000';
  await t.throwsAsync(promote(store, missing, 'c'), {
    instanceOf: UserError,
    message: new RegExp(`there is no release ${missing} in ${store.url}`),
  });
  t.is(await findChannel(store, 'c'), undefined);

  await promote(store, id, 'c');
  for (const content of ['{', '{}', JSON.stringify({ service: 's', release: 'x', promotedAt: 'now', previous: [] })]) {
    await overwriteBlob(store, 'channels/c.json', content);
    await t.throwsAsync(readChannel(store, 'c'), { instanceOf: UserError, message: /the channel c is damaged/ });
  }
});

test('a channel belongs to one service', async (t) => {
  const store = newStore(azurite);
  const [id = ''] = await published(t, store, 'one');
  await promote(store, id, 'c');
  const other = await publish(store, await serviceDirectory(t, 'iris', 'one'));
  await t.throwsAsync(promote(store, other.manifest.id, 'c'), {
    instanceOf: UserError,
    message: `the channel c belongs to the service boston-housing; ${other.manifest.id} is a release of iris`,
  });
});

test('who writes a channel from an old reading is told that it was changed', async (t) => {
  const store = newStore(azurite);
  const [one = '', two = ''] = await published(t, store, 'one', 'two');
  await promote(store, one, 'c');
  const old = await readChannel(store, 'c');
  await promote(store, two, 'c');
  const conflict = { instanceOf: UserError, message: /the channel c of .* was changed meanwhile; .*try again/ };
  await t.throwsAsync(writeChannel(store, { ...old.channel, release: one }, old), conflict);
  await t.throwsAsync(writeChannel(store, old.channel, undefined), conflict);
  t.is((await readChannel(store, 'c')).channel.release, two);
});

test('of many who promote at once, each either moves the channel or is told; none is lost', async (t) => {
  const store = newStore(azurite);
  const ids = await published(t, store, 'a', 'b', 'c', 'd', 'e', 'f');
  const outcomes = await Promise.allSettled(ids.map((id) => promote(store, id, 'c')));
  const moved = ids.filter((_, index) => outcomes[index]?.status === 'fulfilled');
  const told = outcomes.filter((outcome) => outcome.status === 'rejected');
  t.true(moved.length > 0);
  for (const { reason } of told) t.regex((reason as Error).message, /was changed meanwhile/);
  const { channel } = await readChannel(store, 'c');
  t.deepEqual([channel.release, ...channel.previous].sort(), moved.sort());
});

test('releases are listed by service, newest first, with their size and channels', async (t) => {
  const store = newStore(azurite);
  t.deepEqual(await listReleases(store), []);
  const [one = ''] = await published(t, store, 'one');
  const other = await publish(store, await serviceDirectory(t, 'a-service', 'x'));
  await promote(store, one, 'boston-housing');
  await promote(store, one, 'canary');
  const releases = await listReleases(store);
  t.like(releases[0], { id: other.manifest.id, service: 'a-service', channels: [], complete: true, files: 3 });
  t.like(releases[1], { id: one, channels: ['boston-housing', 'canary'], complete: true, size: 23 + 21 + 3 });
  t.true(Math.abs(Date.parse(releases[1]?.createdAt ?? '') - Date.now()) < 60_000);
  t.deepEqual(
    (await listReleases(store, { service: 'boston-housing' })).map(({ id }) => id),
    [one],
  );
});
