import test from 'ava';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promote } from '../../../releases/promote.ts';
import { fileBlob } from '../../../releases/read.ts';
import { rollback } from '../../../releases/rollback.ts';
import { UserError } from '../../../service/errors.ts';
import { startAzurite, type Azurite } from '../../support/azurite.ts';
import { follow, releasesIn, service, writeService, type Releases } from '../../support/follow.ts';
import { directoryOf, overwriteBlob } from '../../support/releases.ts';
import { isAlive, serve, until, type TestServer } from '../../support/server.ts';

let azurite: Azurite;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());

interface Followed {
  readonly follows: {
    readonly checkedAt: string | null;
    readonly trouble: string | null;
    readonly loading: { readonly release: string; readonly step: string } | null;
  };
  readonly refused: { readonly release: string; readonly step: string; readonly reason: string } | null;
}

const statusOf = async (server: TestServer) => (await server.admin('/status')).json() as Followed;
const refresh = (server: TestServer) => server.admin('/refresh', { method: 'POST' });
const swaps = (server: TestServer, outcome: string) => server.metric(`penstock_swaps_total{outcome="${outcome}"}`);

/** So many looks at the channel from now. */
async function looks(server: TestServer, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const { checkedAt } = (await statusOf(server)).follows;
    await until(async () => (await statusOf(server)).follows.checkedAt !== checkedAt);
  }
}

async function serves(releases: Releases, release: string): Promise<void> {
  await promote(releases.store, release, service);
}

test('what is promoted is soon served, without being asked for; what is rolled back to as well', async (t) => {
  const releases = await releasesIn(t, azurite);
  const [two, three] = [await releases.publish(2), await releases.publish(3)];
  await serves(releases, two);
  const server = await follow(t, releases, { lookEvery: 50, workers: 2 });
  t.is((await server.get('/k')).text, '[2]');
  const before = await until(async () => {
    const { workers } = await server.status();
    return workers.length === 2 && workers;
  });

  await serves(releases, three);
  const answer = await until(async () => {
    const got = await server.get('/k');
    return got.all('x-penstock-release')[0] === three && got;
  });
  t.is(answer.text, '[3]');
  await until(() => before.every(({ pid }) => !isAlive(pid)));
  t.is(await swaps(server, 'swapped'), 1);

  await rollback(releases.store, service);
  await until(async () => (await server.get('/k')).text === '[2]');
  t.like(await statusOf(server), { release: two, refused: null });
});

test('every worker has answered the probes before it gets a call', async (t) => {
  const releases = await releasesIn(t, azurite);
  await serves(releases, await releases.publish(2));
  const server = await follow(t, releases, { workers: 3 });
  await serves(releases, await releases.publish(3));
  t.is((await refresh(server)).status, 200);
  const served = (await server.status()).workers.map((worker) => worker.served);
  t.is(served.length, 3);
  t.true(served.every((calls) => calls > 0));
});

test('a release that fails is refused once, told, and the old one serves on', async (t) => {
  const releases = await releasesIn(t, azurite);
  const good = await releases.publish(2);
  await serves(releases, good);
  const server = await follow(t, releases, { lookEvery: 50 });

  const damaged = async () => {
    const id = await releases.publish(11, { files: { model: 'published' } });
    await overwriteBlob(releases.store, fileBlob(id, 'model'), 'different');
    return id;
  };
  const cases: { step: string; reason: RegExp; bad: string }[] = [
    { step: 'pull', reason: /is damaged: model/, bad: await damaged() },
    { step: 'load', reason: /plumber\.R:9:11: unexpected/, bad: await releases.publish(12, { code: 'function( {' }) },
    {
      step: 'probes',
      reason: /^the probe two-rows \(POST \/score\) fails: \$\[1\] is 32\.5, expected 30 ± 0\.000001$/,
      bad: await releases.publish(13, { expected: [19.5, 30] }),
    },
    {
      step: 'probes',
      reason: /two-rows .* fails: its body is refused: .*x/,
      bad: await releases.publish(14, { probeBody: '{"df":[{"x":"a"}]}' }),
    },
    {
      step: 'probes',
      reason: /two-rows .* fails: R answers 500/,
      bad: await releases.publish(15, { code: '#* @filter no\nfunction() stop("no")\n' }),
    },
  ];
  let refusals = 0;
  for (const { step, reason, bad } of cases) {
    await serves(releases, bad);
    const { refused } = await until(async () => {
      const status = await statusOf(server);
      return status.refused?.release === bad && status;
    });
    t.is(refused?.step, step);
    t.regex(refused?.reason ?? '', reason);
    t.is(await server.metric(`penstock_release_refused{release="${bad}",step="${step}"}`), 1);
    t.is((await server.get('/k')).text, '[2]');
    t.deepEqual((await server.get('/k')).all('x-penstock-release'), [good]);
    refusals += 1;
    await looks(server, 3);
    t.is(await swaps(server, 'refused'), refusals, 'it is not tried again by itself');
  }
  t.true(server.log.some(({ level, msg }) => level === 50 && msg === 'the release is refused'));

  const asked = await refresh(server);
  t.is(asked.status, 502);
  t.like(asked.json(), { error: 'Release refused', release: good, detail: { step: 'probes' } });
  t.is(await swaps(server, 'refused'), refusals + 1, 'it is tried again when somebody asks');

  await serves(releases, good);
  await until(async () => (await statusOf(server)).refused === null);
  t.false((await server.admin('/metrics')).text.includes('penstock_release_refused{'));
});

test('a store that is away harms nobody, and is followed again when it is back', async (t) => {
  const releases = await releasesIn(t, azurite);
  await serves(releases, await releases.publish(2));
  const server = await follow(t, releases, { lookEvery: 50 });
  const three = await releases.publish(3);

  releases.setAway(true);
  await serves(releases, three);
  await until(async () => (await statusOf(server)).follows.trouble !== null);
  t.is((await server.get('/k')).text, '[2]');
  t.is((await server.admin('/ready')).status, 200);
  t.like((await refresh(server)).json(), { error: 'Store not reachable' });

  releases.setAway(false);
  await until(async () => (await server.get('/k')).text === '[3]');
  t.is((await statusOf(server)).follows.trouble, null);
  t.is((await statusOf(server)).refused, null);
});

test('a store that goes away while a release is pulled does not speak against the release', async (t) => {
  const releases = await releasesIn(t, azurite);
  await serves(releases, await releases.publish(2));
  const server = await follow(t, releases, { lookEvery: 50 });
  const model = randomBytes(512 * 1024).toString('hex');
  const three = await releases.publish(3, { files: { model } });
  releases.cutAfter(model.length / 2);
  await serves(releases, three);
  await until(async () => (await swaps(server, 'unreachable')) === 1);
  t.is((await statusOf(server)).refused, null);
  t.is((await server.get('/k')).text, '[2]');
  releases.setAway(false);
  await until(async () => (await server.get('/k')).text === '[3]');
});

test('when the channel moves on, what is being loaded is abandoned, even if it loads for ever', async (t) => {
  const releases = await releasesIn(t, azurite);
  const two = await releases.publish(2);
  await serves(releases, two);
  const server = await follow(t, releases, { lookEvery: 50 });
  const endless = await releases.publish(4, { code: 'cat("loading", Sys.getpid(), "\\n")\nrepeat Sys.sleep(1)\n' });
  const pidOf = (from: number) =>
    until(() => {
      const line = server.log.slice(from).find(({ msg }) => msg?.startsWith('loading '));
      return line !== undefined && Number(line.msg?.split(' ')[1]);
    });

  await serves(releases, endless);
  const first = await pidOf(0);
  t.like((await statusOf(server)).follows.loading, { release: endless, step: 'load' });
  await serves(releases, await releases.publish(3));
  await until(async () => (await server.get('/k')).text === '[3]');
  t.false(isAlive(first));

  const from = server.log.length;
  await serves(releases, endless);
  const second = await pidOf(from);
  await rollback(releases.store, service);
  await until(() => !isAlive(second));
  await until(async () => (await statusOf(server)).follows.loading === null);
  t.is((await server.get('/k')).text, '[3]');
  t.is(await swaps(server, 'abandoned'), 2);

  const last = server.log.length;
  await serves(releases, endless);
  const third = await pidOf(last);
  await server.server.close();
  t.false(isAlive(third));
});

test('of the pulled releases, the one that is served and the one before are kept', async (t) => {
  const releases = await releasesIn(t, azurite);
  const kept = async () =>
    (await readdir(join(releases.cache, service))).filter((name) => !name.startsWith('.')).sort();
  const hexes = (...ids: string[]) => ids.map((id) => id.split('@')[1]).sort();
  const [two, three, four] = [await releases.publish(2), await releases.publish(3), await releases.publish(4)];
  await serves(releases, two);
  const server = await follow(t, releases);
  await serves(releases, three);
  await refresh(server);
  t.deepEqual(await kept(), hexes(two, three));
  await serves(releases, four);
  await refresh(server);
  await until(async () => (await kept()).length === 2);
  t.deepEqual(await kept(), hexes(three, four));
  await server.server.close();
  t.deepEqual((await readdir(join(releases.cache, service))).sort(), hexes(three, four));
});

test('a server does not start with a release that answers otherwise than it says, nor with such a directory', async (t) => {
  const directory = await directoryOf(t);
  await writeService(directory, 2, { expected: [3, 6] });
  const failing = {
    instanceOf: UserError,
    message: 'the probe two-rows (POST /score) fails: $[1] is 5, expected 6 ± 0.000001',
  };
  await t.throwsAsync(serve(t, directory), failing);
  await t.throwsAsync(serve(t, directory, { release: 'times@000000000001' }), failing);
});
