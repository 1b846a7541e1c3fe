import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { QueueClient } from '@azure/storage-queue';
import test from 'ava';
import { pino } from 'pino';
import { startFunctionsHost, type FunctionsHost } from '../../cli/functions-host/start.ts';
import { writeGatewayConfiguration } from '../../cli/stack/gateway-configuration.ts';
import { buildFunctions } from '../../functions/build.ts';
import type { Envelope } from '../../functions/envelopes.ts';
import type { Health } from '../../functions/health.ts';
import type { ProbeRound, WarmUp } from '../../functions/results.ts';
import { startGateway } from '../../gateway/start.ts';
import { ChannelSource } from '../../plumber-app/server/channel.ts';
import { promotionEvent, queueMessageOf } from '../../releases/events.ts';
import { promote } from '../../releases/promote.ts';
import { publish } from '../../releases/publish.ts';
import { azuriteAccount, azuriteKey, openStore, type Store } from '../../releases/store.ts';
import { products } from '../../service/products.ts';
import { startAzurite } from '../support/azurite.ts';
import { service, writeService } from '../support/follow.ts';
import { appSettings, startStandIn, type StandIn } from '../support/functions.ts';
import { startIdentity, type IdentityEndpoint } from '../support/identity.ts';
import { serve, until, type TestServer } from '../support/server.ts';

const instrumentationKey = '00000000-1111-2222-3333-444444444444';
const clientId = 'the-identity-of-the-app';
const closers: (() => unknown)[] = [];
/** As in the tests' helpers: torn down at the end of the file. */
const file = { teardown: (end: () => unknown) => void closers.push(end) };

let host: FunctionsHost;
let store: Store;
let server: TestServer;
let identity: IdentityEndpoint;
let insights: StandIn;
let queue: QueueClient;
let work: string;
const log: string[] = [];

/** The whole of it as in Azure: HTTPS and tokens to the store, an identity, the built app, the real gateway, real R. */
test.before(async () => {
  work = await mkdtemp(join(tmpdir(), 'penstock-production-'));
  file.teardown(() => rm(work, { recursive: true, force: true }));
  const azurite = await startAzurite({ https: true });
  file.teardown(() => azurite.stop());
  setDefaultCACertificates([...getCACertificates(), azurite.ca ?? '']);
  identity = await startIdentity();
  file.teardown(() => identity.stop());
  insights = await startStandIn(() => ({ body: '{}' }));
  file.teardown(() => insights.stop());

  store = openStore(azurite.storeUrl);
  await promote(store, await release(2), service);
  const source = new ChannelSource(store, service, join(work, 'cache'));
  const { directory, definition, release: first } = await source.first();
  const replica = { store, pod: 'pod-1' };
  server = await serve(file, directory, { release: first, source, replica, definition, lookEvery: 50 });
  const input = { services: [{ definition, backend: `http://127.0.0.1:${server.port}` }], products: products() };
  const key = appSettings().PENSTOCK_KEY!;
  const keys = { internal: key, standard: 'the-standard-key', trial: 'the-trial-key' };
  const gateway = await startGateway(await writeGatewayConfiguration(join(work, 'gateway'), { ...input, keys }));
  file.teardown(() => gateway.close());

  const ca = join(work, 'ca.pem');
  await writeFile(ca, azurite.ca ?? '');
  await buildFunctions(join(work, 'app'));
  const connection = `DefaultEndpointsProtocol=https;AccountName=${azuriteAccount};AccountKey=${azuriteKey};QueueEndpoint=${azurite.queueUrl};`;
  queue = new QueueClient(connection, 'promotions');
  await queue.createIfNotExists();
  const account = `https://${azuriteAccount}.blob.core.windows.net:${new URL(azurite.blobUrl).port}`;
  host = await startFunctionsHost({
    appDir: join(work, 'app'),
    settings: appSettings({
      ...identity.environment,
      AZURE_CLIENT_ID: clientId,
      NODE_EXTRA_CA_CERTS: ca,
      NODE_OPTIONS: `--import=${join(import.meta.dirname, '../support/azure-on-loopback.mjs')}`,
      PENSTOCK_STORE: `${account}/releases`,
      PENSTOCK_RESULTS: `${account}/results`,
      PENSTOCK_CHANNELS: service,
      PENSTOCK_GATEWAY: gateway.url,
      APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${instrumentationKey};IngestionEndpoint=${insights.url}`,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `Authorization=AAD;ClientId=${clientId}`,
      PromotionStorage: connection,
      PROBE_SCHEDULE: '0 0 0 29 2 *',
      WARM_SCHEDULE: '0 0 0 29 2 *',
    }),
    logger: pino({ level: 'debug' }, { write: (line: string) => void log.push(line) }),
  });
  file.teardown(() => host.close(0));
});
test.after.always(async () => {
  for (const close of closers.reverse()) await close();
});

/** Publishes the release that multiplies by `k`. */
async function release(k: number): Promise<string> {
  const directory = join(work, `times-${k}`);
  const files = { 'service.yaml': `${serviceYaml}limits: { body: 16mb }\n` };
  await writeService(directory, k, { files });
  return (await publish(store, directory)).manifest.id;
}

const serviceYaml = `name: ${service}
routes: { POST /score: { rows: df, schema: schema.json, batch: {} } }
probes: [{ name: two-rows, route: POST /score, body: body.json, expect: expected.json }]
`;

const envelopes = () => insights.requests.flatMap(({ body }) => JSON.parse(body) as Envelope[]);

test.serial(
  'the warm-up verifies, waits for the replica and scores through the gateway, with the identity alone',
  async (t) => {
    const outcome = await host.invoke('warm-models');
    t.true(outcome.ok, outcome.error);
    const [warmed] = outcome.result as WarmUp[];
    t.like(warmed, { ok: true, release: server.server.release, fleet: { serving: ['pod-1'], stuck: [] } });
    t.like(warmed?.calls[0], { probe: 'two-rows', sent: 2, others: 0 });
    t.true(identity.asked.some(({ resource }) => resource === 'https://storage.azure.com'));
    t.true(identity.asked.every((asked) => asked.clientId === clientId));
  },
);

test.serial('a promotion on the queue warms what every replica then serves', async (t) => {
  const three = await release(3);
  await promote(store, three, service);
  const event = promotionEvent({ storeUrl: store.url, channel: service, etag: '"1"', time: new Date() });
  await queue.sendMessage(queueMessageOf(event));
  const ended = await until(() =>
    Promise.resolve(
      log
        .map((line) => JSON.parse(line) as { function?: string; msg: string })
        .find((line) => line.function === 'warm-models-on-promotion' && /^(succeeded|failed)/.test(line.msg)),
    ),
  );
  t.is(ended.msg, 'succeeded');
  t.is(server.server.release, three);
});

test.serial(
  'the probes pass, and one trace leads through gateway and scoring server to Application Insights',
  async (t) => {
    const outcome = await host.invoke('probe-health');
    t.true(outcome.ok, outcome.error);
    const [round] = outcome.result as ProbeRound[];
    t.deepEqual(
      round?.door.map(({ check, ok, status }) => [check, ok, status]),
      [
        ['no-key', true, 401],
        ['wrong-key', true, 401],
        ['oversized-body', true, 413],
      ],
    );
    const trace = round?.probes[0]?.trace ?? '';
    t.true(server.log.some((line) => line.msg === 'answered' && (line as { trace?: string }).trace === trace));
    const availability = envelopes().filter(({ data }) => data.baseType === 'AvailabilityData');
    t.deepEqual(
      availability.map(({ data, tags }) => [
        data.baseData.name,
        data.baseData.success,
        tags['ai.operation.id'] === trace,
      ]),
      [
        [`${service}/two-rows`, true, true],
        [`${service}/door/no-key`, true, true],
        [`${service}/door/wrong-key`, true, true],
        [`${service}/door/oversized-body`, true, true],
      ],
    );
    t.true(insights.requests.every(({ headers }) => /^Bearer /.test(headers.authorization ?? '')));
    t.true(identity.asked.some(({ resource }) => resource.startsWith('https://monitor.azure.com')));
  },
);

test.serial('health is JSON for programs and a page for browsers', async (t) => {
  const ask = (accept: string) =>
    fetch(`${host.url}/api/health`, { headers: { 'x-functions-key': host.keys.function, accept } });
  const json = await ask('*/*');
  t.is(json.status, 200);
  const health = (await json.json()) as Health;
  t.like(health, { status: 'ok', problems: [], warnings: [] });
  t.is(health.channels[0]?.replicas?.[0]?.pod, 'pod-1');

  const page = await ask('text/html');
  t.is(page.status, 200);
  t.regex(page.headers.get('content-type') ?? '', /^text\/html/);
  t.regex(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  t.is(page.headers.get('vary'), 'accept');
  t.regex(await page.text(), /two-rows[^]*<svg[^]*1 result, 0 failed/);
});

test.serial('a service that is down makes the probes fail and health say so, from what is stored', async (t) => {
  await server.server.close();
  const outcome = await host.invoke('probe-health');
  t.false(outcome.ok);
  t.regex(outcome.error ?? '', /probe two-rows failed: answered 500/);
  const response = await fetch(`${host.url}/api/health`, { headers: { 'x-functions-key': host.keys.function } });
  t.is(response.status, 503);
  t.regex(((await response.json()) as Health).problems[0] ?? '', /probe two-rows failed/);
});
