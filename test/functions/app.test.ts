import { buffer } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { readHealth } from '../../functions/health.ts';
import type { Parts } from '../../functions/parts.ts';
import { probeHealth } from '../../functions/probe-health.ts';
import type { ProbeRound } from '../../functions/results.ts';
import { warmModels } from '../../functions/warm-models.ts';
import { fileBlob } from '../../releases/read.ts';
import { openStore } from '../../releases/store.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import {
  listLog,
  partsWith,
  publishFiles,
  refusing,
  right,
  startGateway,
  stillClock,
  sums,
} from '../support/functions.ts';

let azurite: Azurite;
let containers = 0;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite.stop());

/** A store with the promoted service, and the app's parts; the gateway answers as told. */
async function setUp(t: ExecutionContext, { channels = 'sums', publish = true } = {}) {
  const id = ++containers;
  const storeUrl = `${azurite.blobUrl}/releases-${id}`;
  const resultsUrl = `${azurite.blobUrl}/results-${id}`;
  const gateway = await startGateway(t);
  const clock = stillClock();
  const parts = partsWith(
    {
      PENSTOCK_STORE: storeUrl,
      PENSTOCK_RESULTS: resultsUrl,
      PENSTOCK_GATEWAY: gateway.url,
      PENSTOCK_CHANNELS: channels,
    },
    clock,
  );
  const release = publish ? (await publishFiles(storeUrl, 'sums')).release : '';
  return {
    parts,
    clock,
    log: listLog(),
    /** The calls that had the key. */
    calls: () => gateway.requests.filter((request) => refusing(request) === undefined),
    storeUrl,
    release,
    answer: gateway.answer,
    read: async (name: string) => {
      const { readableStreamBody } = await openStore(resultsUrl).releases.getBlobClient(name).download();
      return (await buffer(readableStreamBody as NodeJS.ReadableStream)).toString();
    },
  };
}

async function damage({ store }: Parts, release: string, path: string, text: string): Promise<void> {
  await store.releases.getBlockBlobClient(fileBlob(release, path)).upload(text, text.length);
}

const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

test('probing sends every probe and keeps the last round and the day’s', async (t) => {
  const { parts, log, calls, release, read, clock } = await setUp(t);
  const [round] = await probeHealth(parts, log);
  t.like(round, { channel: 'sums', service: 'sums', release, ok: true });
  t.deepEqual(
    calls().map(({ path }) => path),
    ['/sums/sum'],
  );
  t.deepEqual(await parts.results.lastProbes('sums'), round);

  clock.advance(60_000);
  await probeHealth(parts, log);
  const kept = lines(await read('probes/days/2026-03-01.jsonl')) as ProbeRound[];
  t.deepEqual(
    kept.map(({ at, ok }) => [at, ok]),
    [
      ['2026-03-01T12:00:00.000Z', true],
      ['2026-03-01T12:01:00.000Z', true],
    ],
  );
  clock.advance(12 * 3_600_000);
  await probeHealth(parts, log);
  t.is(lines(await read('probes/days/2026-03-02.jsonl')).length, 1);
});

test('a probe that fails makes the invocation fail, with the reason, and the result is kept', async (t) => {
  const { parts, log, release, answer } = await setUp(t);
  answer({ body: '{"sum":[4]}' });
  await t.throwsAsync(probeHealth(parts, log), {
    message: `sums (${release}): probe two failed: wrong answer: $.sum[0] is 4, expected 3.5 ± 0.000001`,
  });
  t.like(await parts.results.lastProbes('sums'), { ok: false, release });
});

test('a new release’s probes replace those of the old one', async (t) => {
  const { parts, log, storeUrl, answer } = await setUp(t);
  await probeHealth(parts, log);
  const { release } = await publishFiles(storeUrl, 'sums', { ...sums, 'probes/two.expected.json': '{"sum": [99]}' });
  answer({ body: '{"sum":[99]}' });
  const [round] = await probeHealth(parts, log);
  t.like(round, { release, ok: true });
});

test('a channel that is not there fails by name, and the others are probed all the same', async (t) => {
  const { parts, log } = await setUp(t, { channels: 'absent,sums' });
  await t.throwsAsync(probeHealth(parts, log), { message: /^absent: there is no channel absent/ });
  t.like(await parts.results.lastProbes('sums'), { ok: true });
});

test('a release without service.yaml has no probes, and that is fine', async (t) => {
  const { parts, log, storeUrl, calls } = await setUp(t, { publish: false });
  const { release } = await publishFiles(storeUrl, 'sums', { 'plumber.R': '#* @get /\nfunction() 1\n' });
  const rounds = await probeHealth(parts, log).catch((error: unknown) => error);
  t.like(rounds, [{ channel: 'sums', release, ok: true, probes: [] }]);
  t.is(calls().length, 0);
});

test('warming up reads every blob, sends the bodies and keeps time and outcome', async (t) => {
  const { parts, log, release, calls, read } = await setUp(t);
  const [warmUp] = await warmModels(parts, log);
  t.like(warmUp, { channel: 'sums', release, ok: true, files: 5, at: '2026-03-01T12:00:00.000Z' });
  t.true(Number(warmUp?.bytes) > 200_000);
  t.deepEqual(
    warmUp?.calls.map(({ probe, sent }) => [probe, sent]),
    [['two', 2]],
  );
  t.is(calls()[0]?.body, sums['probes/two.json']);
  t.deepEqual(await parts.results.lastWarmUp('sums'), warmUp);
  t.is(lines(await read('warm-ups/days/2026-03-01.jsonl')).length, 1);
});

test('a blob that was changed after publishing fails the warm-up, naming release and file', async (t) => {
  const { parts, log, release, calls } = await setUp(t);
  await damage(parts, release, 'model.bin', 'y'.repeat(200_000));
  const error = await t.throwsAsync(warmModels(parts, log));
  t.regex(error.message, new RegExp(`release ${release} .*model\\.bin`));
  t.is(calls().length, 0);
  t.like(await parts.results.lastWarmUp('sums'), {
    ok: false,
    release,
    reason: error.message.slice(`sums (${release}): `.length),
  });
});

test('a warm-up waits for a service that has just been promoted, up to a bound', async (t) => {
  const { parts, log, answer, calls, clock } = await setUp(t);
  answer({ status: 503, body: 'starting' });
  await t.throwsAsync(warmModels(parts, log), { message: /the body of probe two: answered 503: starting/ });
  t.is(calls().length, 4);
  t.true(clock.slept.every((pause) => pause <= 10_000));
});

test('a refused key is no reason to try again', async (t) => {
  const { parts, log, answer, calls } = await setUp(t);
  answer({ status: 401, body: 'Access denied' });
  await t.throwsAsync(warmModels(parts, log), { message: /answered 401: Access denied/ });
  t.is(calls().length, 1);
});

test('health is ok after a round of probes that passed', async (t) => {
  const { parts, log } = await setUp(t);
  await warmModels(parts, log);
  await probeHealth(parts, log);
  const health = await readHealth(parts);
  t.like(health, { status: 'ok', problems: [], warnings: [] });
  t.like(health.channels[0], { channel: 'sums', probes: { ok: true }, warmUp: { ok: true } });
});

test('health fails before the first round', async (t) => {
  const { parts } = await setUp(t);
  t.like(await readHealth(parts), { status: 'failing', problems: ['sums: not probed yet'] });
});

test('health fails while a probe fails, and says why', async (t) => {
  const { parts, log, answer, release } = await setUp(t);
  answer({ status: 500, body: 'boom' });
  await t.throwsAsync(probeHealth(parts, log));
  t.deepEqual((await readHealth(parts)).problems, [`sums (${release}): probe two failed: answered 500: boom`]);
  answer(right);
  await probeHealth(parts, log);
  t.is((await readHealth(parts)).status, 'ok');
});

test('health fails when the last round is older than three rounds', async (t) => {
  const { parts, log, clock } = await setUp(t);
  await probeHealth(parts, log);
  clock.advance(3 * 60_000);
  t.is((await readHealth(parts)).status, 'ok');
  clock.advance(60_000);
  const { status, problems } = await readHealth(parts);
  t.is(status, 'failing');
  t.regex(String(problems[0]), /last probed at 2026-03-01T12:00:00/);
});

test('a failed warm-up is a warning: the service still answers', async (t) => {
  const { parts, log, release } = await setUp(t);
  await probeHealth(parts, log);
  await damage(parts, release, 'model.bin', 'short');
  await t.throwsAsync(warmModels(parts, log));
  const { status, warnings } = await readHealth(parts);
  t.is(status, 'ok');
  t.regex(String(warnings[0]), /model\.bin/);
});
