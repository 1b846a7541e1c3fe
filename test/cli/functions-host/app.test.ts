import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueueServiceClient, type QueueClient } from '@azure/storage-queue';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { startFunctionsHost, type FunctionsHost } from '../../../cli/functions-host/start.ts';
import { buildFunctions } from '../../../functions/build.ts';
import type { Health } from '../../../functions/health.ts';
import { createResults, type Results } from '../../../functions/results.ts';
import { promotionEvent, queueMessageOf } from '../../../releases/events.ts';
import { fileBlob } from '../../../releases/read.ts';
import { openStore } from '../../../releases/store.ts';
import { startAzurite, type Azurite } from '../../support/azurite.ts';
import {
  appSettings,
  publishFiles,
  refusing,
  startStandIn,
  sums,
  writeApp,
  type Reply,
} from '../../support/functions.ts';

/** Azurite's public key. */
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

let azurite: Azurite;
let appDir: string;
let used = 0;
test.before(async () => {
  appDir = await mkdtemp(join(tmpdir(), 'penstock-app-'));
  [azurite] = await Promise.all([startAzurite(), buildFunctions(appDir)]);
});
test.after.always(async () => {
  await azurite.stop();
  await rm(appDir, { recursive: true, force: true });
});

interface Fixture {
  readonly host: FunctionsHost;
  readonly storeUrl: string;
  readonly release: string;
  readonly results: Results;
  readonly queue: QueueClient;
  readonly poison: QueueClient;
  readonly log: string[];
  readonly answer: (reply: Reply | Promise<Reply>) => void;
  /** Settles when the gateway is called. */
  readonly called: Promise<void>;
  readonly health: () => Promise<{ status: number; body: Health }>;
}

/** Runs the built app on a store of its own with a promoted service, and a gateway that answers as told. */
async function setUp(t: ExecutionContext, { directory = appDir, settings = {} } = {}): Promise<Fixture> {
  const id = ++used;
  const storeUrl = `${azurite.blobUrl}/releases-${id}`;
  const resultsUrl = `${azurite.blobUrl}/results-${id}`;
  const storage = [
    'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1',
    `AccountKey=${accountKey};QueueEndpoint=${azurite.queueUrl};`,
  ].join(';');
  let reply: Reply | Promise<Reply> = { body: '{"sum":[3.5]}' };
  const called = Promise.withResolvers<void>();
  const gateway = await startStandIn((request) => {
    called.resolve();
    return refusing(request) ?? reply;
  });
  t.teardown(() => gateway.stop());
  const { release } = await publishFiles(storeUrl, 'sums');
  const queues = QueueServiceClient.fromConnectionString(storage);
  const log: string[] = [];
  const host = await startFunctionsHost({
    appDir: directory,
    settings: appSettings({
      PENSTOCK_STORE: storeUrl,
      PENSTOCK_RESULTS: resultsUrl,
      PENSTOCK_GATEWAY: gateway.url,
      PROMOTION_QUEUE: `promotions-${id}`,
      PromotionStorage: storage,
      // Far away: these tests invoke by themselves.
      PROBE_SCHEDULE: '0 0 0 29 2 *',
      WARM_SCHEDULE: '0 0 0 29 2 *',
      AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:00',
      AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:00:00.1',
      ...settings,
    }),
    logger: pino({ level: 'debug' }, { write: (line: string) => void log.push(line) }),
  });
  t.teardown(() => host.close(0));
  return {
    host,
    storeUrl,
    release,
    results: createResults(openStore(resultsUrl).releases),
    queue: queues.getQueueClient(`promotions-${id}`),
    poison: queues.getQueueClient(`promotions-${id}-poison`),
    log,
    answer: (given) => void (reply = given),
    called: called.promise,
    async health() {
      const response = await fetch(`${host.url}/api/health`, { headers: { 'x-functions-key': host.keys.function } });
      return { status: response.status, body: (await response.json()) as Health };
    },
  };
}

async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    await sleep(20);
  }
}

async function put(queue: QueueClient, text: string): Promise<void> {
  await queue.createIfNotExists();
  await queue.sendMessage(text);
}

const oneMessage = (queue: QueueClient) => () =>
  queue.peekMessages().then(
    ({ peekedMessageItems: [message] }) => message,
    () => undefined,
  );

function promotion(storeUrl: string, channel = 'sums') {
  return promotionEvent({ storeUrl, channel, etag: '"0x1"', time: new Date('2026-03-01T12:00:00Z') });
}

test('warm-models and probe-health pass, and health is 200 with what they found', async (t) => {
  const { host, release, health } = await setUp(t);
  const warm = await host.invoke('warm-models');
  t.like(warm, { ok: true });
  t.like((warm.result as object[])[0], { channel: 'sums', release, ok: true, files: Object.keys(sums).length });
  const probed = await host.invoke('probe-health');
  t.like(probed, { ok: true });
  const { status, body } = await health();
  t.is(status, 200);
  t.like(body, { status: 'ok', problems: [], warnings: [] });
  t.is(body.channels[0]?.probes?.probes[0]?.probe, 'two');
});

test('health asks for a function key', async (t) => {
  const { host } = await setUp(t);
  t.is((await fetch(`${host.url}/api/health`)).status, 401);
});

test('health is 503 before the first round, and while a probe fails, with the reason', async (t) => {
  const { host, health, answer, release } = await setUp(t);
  t.like(await health(), { status: 503, body: { problems: ['sums: not probed yet'] } });
  const reasons: [Reply, string][] = [
    [{ body: '{"sum":[3.4]}' }, 'wrong answer: $.sum[0] is 3.4, expected 3.5 ± 0.000001'],
    [{ status: 500, body: 'boom' }, 'answered 500: boom'],
    [{ status: 429, body: 'slow down', headers: { 'retry-after': '0' } }, 'answered 429: slow down'],
  ];
  for (const [reply, reason] of reasons) {
    answer(reply);
    const problem = `sums (${release}): probe two failed: ${reason}`;
    t.like(await host.invoke('probe-health'), { ok: false, error: problem });
    t.like(await health(), { status: 503, body: { status: 'failing', problems: [problem] } });
  }
});

for (const [encoding, encode] of [
  ['base64', queueMessageOf],
  ['plain JSON', (event: object) => JSON.stringify(event)],
] as const) {
  test(`a promotion on the queue, in ${encoding}, warms its channel`, async (t) => {
    const { storeUrl, results, queue, release } = await setUp(t);
    await put(queue, encode(promotion(storeUrl)));
    const warmUp = await until(() => results.lastWarmUp('sums'));
    t.like(warmUp, { ok: true, release });
    await until(async () => ((await queue.getProperties()).approximateMessagesCount === 0 ? true : undefined));
  });
}

test('events about other blobs and other channels are left alone', async (t) => {
  const { host, storeUrl, results } = await setUp(t, { settings: { PENSTOCK_CHANNELS: 'sums,absent' } });
  const other = promotion(storeUrl, 'another');
  t.like(await host.invoke('warm-models-on-promotion', other), { ok: true, result: [] });
  const file = { ...other, subject: '/blobServices/default/containers/releases/blobs/sums/0123456789ab/manifest.json' };
  t.like(await host.invoke('warm-models-on-promotion', file), { ok: true, result: [] });
  t.is(await results.lastWarmUp('sums'), undefined);
  t.like(await host.invoke('warm-models-on-promotion', promotion(storeUrl)), { ok: true });
  t.true((await results.lastWarmUp('sums'))?.ok);
  t.is(await results.lastWarmUp('absent'), undefined);
});

test('a message that is no event goes to the poison queue after five tries', async (t) => {
  const { queue, poison, log } = await setUp(t);
  await put(queue, 'nonsense');
  const message = await until(oneMessage(poison));
  t.is(message.messageText, 'nonsense');
  const failures = log.filter((line) => line.includes('failed: the message is no Event Grid event'));
  t.is(failures.length, 5);
  await until(async () => ((await queue.getProperties()).approximateMessagesCount === 0 ? true : undefined));
});

test('a blob that was changed after publishing fails the warm-up of its promotion, naming release and file', async (t) => {
  const { storeUrl, results, queue, release, health, host } = await setUp(t);
  const text = 'y'.repeat(200_000);
  await openStore(storeUrl).releases.getBlockBlobClient(fileBlob(release, 'model.bin')).upload(text, text.length);
  await host.invoke('probe-health');
  await put(queue, queueMessageOf(promotion(storeUrl)));
  const warmUp = await until(() => results.lastWarmUp('sums'));
  t.false(warmUp.ok);
  t.regex(String(warmUp.reason), new RegExp(`release ${release} .*model\\.bin`));
  const { status, body } = await health();
  t.is(status, 200);
  t.regex(String(body.warnings[0]), /model\.bin/);
});

test('with a setting missing, every function fails with its name, and health says it', async (t) => {
  const { host, health } = await setUp(t, { settings: { PENSTOCK_KEY: '' } });
  const missing = 'app setting PENSTOCK_KEY is missing: a subscription key of the internal product';
  t.like(await host.invoke('probe-health'), { ok: false, error: missing });
  t.like(await health(), { status: 503, body: { status: 'failing', problems: [missing] } });
});

test('no log line and no result holds the subscription key', async (t) => {
  const { host, log, answer, health } = await setUp(t);
  answer({ status: 401, body: 'Access denied due to invalid subscription key.' });
  await host.invoke('warm-models');
  await host.invoke('probe-health');
  t.true(log.length > 0);
  t.false(log.join('').includes('the-internal-key'));
  t.false(JSON.stringify(await health()).includes('the-internal-key'));
});

test('a message that is not base64, where the app asks for it, is poison at once', async (t) => {
  const directory = await writeApp(
    `app.storageQueue('f', { queueName: '%PROMOTION_QUEUE%', connection: 'PromotionStorage', handler: (message, context) =>
      context.log('ran', message, context.triggerMetadata.dequeueCount) });`,
    { version: '2.0' },
  );
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const { queue, poison, log } = await setUp(t, { directory });
  await put(queue, '{"not": "base64"}');
  t.is((await until(oneMessage(poison))).messageText, '{"not": "base64"}');
  t.false(log.some((line) => line.includes('ran')));
  await put(queue, btoa('{"a": 1}'));
  await until(() => Promise.resolve(log.find((line) => line.includes('ran { a: 1 } 1'))));
});

test('an app that its host stops cuts its warm-up short, keeps what became of it and gives its lease back', async (t) => {
  const { host, answer, called, results } = await setUp(t);
  answer(new Promise(() => undefined));
  const warming = host.invoke('warm-models');
  await called;
  await host.close(0);
  t.like(await warming, { ok: false });
  t.like(await results.lastWarmUp('sums'), { ok: false, reason: 'the app is stopping' });
  t.is((await results.container.getBlobClient('warm-ups/leases/sums').getProperties()).leaseState, 'available');
});
