import test, { type ExecutionContext } from 'ava';
import axios from 'axios';
import { timeSpan, type Envelope } from '../../functions/envelopes.ts';
import { createIngestion } from '../../functions/ingestion.ts';
import { probeHealth } from '../../functions/probe-health.ts';
import { readSettings } from '../../functions/settings.ts';
import { warmModels } from '../../functions/warm-models.ts';
import { startAzurite } from '../support/azurite.ts';
import {
  appSettings,
  listLog,
  partsWith,
  publishFiles,
  refusing,
  startStandIn,
  stillClock,
  type Reply,
} from '../support/functions.ts';

const key = '00000000-1111-2222-3333-444444444444';
const invocation = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Envelopes as they come, on loopback. */
async function startIngestion(t: ExecutionContext, reply: (count: number) => Reply = () => ({ body: '{}' })) {
  let count = 0;
  const server = await startStandIn(() => reply((count += 1)));
  t.teardown(() => server.stop());
  return {
    url: server.url,
    requests: server.requests,
    envelopes: () => server.requests.flatMap(({ body }) => JSON.parse(body) as Envelope[]),
  };
}

interface Base {
  readonly name: string;
  readonly success: boolean;
  readonly message: string;
  readonly id: string;
  readonly properties: Record<string, string>;
  readonly metrics: { name: string; value: number }[];
}

const ofType = (envelopes: readonly Envelope[], type: string) =>
  envelopes
    .filter(({ data }) => data.baseType === type)
    .map(({ data, ...rest }) => ({ ...rest, base: data.baseData as unknown as Base }));

async function setUp(t: ExecutionContext, reply?: (count: number) => Reply) {
  const [azurite, ingestion] = await Promise.all([startAzurite(), startIngestion(t, reply)]);
  t.teardown(() => azurite.stop());
  let open = false;
  const gateway = await startStandIn((request) => (open ? {} : refusing(request)) ?? { body: '{"sum":[3.5]}' });
  t.teardown(() => gateway.stop());
  await publishFiles(azurite.storeUrl, 'sums');
  const settings = {
    PENSTOCK_STORE: azurite.storeUrl,
    PENSTOCK_RESULTS: `${azurite.blobUrl}/results`,
    PENSTOCK_GATEWAY: gateway.url,
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${key};IngestionEndpoint=${ingestion.url}/`,
    WEBSITE_SITE_NAME: 'func-penstock',
  };
  const open_ = () => (open = true);
  return { parts: partsWith(settings, stillClock()), log: listLog(), ingestion, gateway, openDoor: open_ };
}

test('a round of probes becomes availability, dependencies and metrics in the trace of its calls', async (t) => {
  const { parts, log, ingestion, gateway } = await setUp(t);
  const [round] = await probeHealth(parts, log, invocation);
  t.is(ingestion.requests[0]?.path, '/v2.1/track');
  const sent = ingestion.envelopes();
  t.true(sent.every(({ iKey }) => iKey === key));
  const availability = ofType(sent, 'AvailabilityData');
  t.deepEqual(
    availability.map(({ base: { name, success, message } }) => [name, success, message]),
    [
      ['sums/two', true, 'passed'],
      ['sums/door/no-key', true, 'refused'],
      ['sums/door/wrong-key', true, 'refused'],
    ],
  );
  const [probe] = availability;
  t.like(probe?.tags, { 'ai.cloud.role': 'func-penstock', 'ai.operation.id': '0af7651916cd43dd8448eb211c80319c' });
  t.is(probe?.tags['ai.operation.parentId'], 'b7ad6b7169203331');
  t.is(probe?.base.properties.release, round?.release);

  const [dependency] = ofType(sent, 'RemoteDependencyData');
  const traceparent = gateway.requests.find((request) => refusing(request) === undefined)?.headers.traceparent;
  // The gateway's own request has this span as its parent.
  t.is(traceparent, `00-0af7651916cd43dd8448eb211c80319c-${dependency?.base.id ?? ''}-01`);
  t.deepEqual(
    ofType(sent, 'MetricData').map(({ base }) => base.metrics[0]?.name),
    ['penstock_probe_latency_ms'],
  );
});

test('an open front door is told as the alert asks for it', async (t) => {
  const { parts, log, ingestion, openDoor } = await setUp(t);
  openDoor();
  await t.throwsAsync(probeHealth(parts, log), { message: /the front door is open/ });
  const open = ofType(ingestion.envelopes(), 'AvailabilityData').filter(({ base }) => base.properties.open === 'true');
  t.deepEqual(
    open.map(({ base: { name, success } }) => [name, success]),
    [
      ['sums/door/no-key', false],
      ['sums/door/wrong-key', false],
    ],
  );
});

test('a warm-up tells its time and its stuck replicas', async (t) => {
  const { parts, log, ingestion } = await setUp(t);
  await warmModels(parts, log);
  t.deepEqual(
    ofType(ingestion.envelopes(), 'MetricData').map(({ base }) => base.metrics[0]?.name),
    ['penstock_warm_up_ms', 'penstock_stuck_replicas'],
  );
});

test('a round counts and is kept when nobody takes its telemetry; the log says so', async (t) => {
  const { parts, log, ingestion } = await setUp(t, () => ({ status: 503 }));
  t.like(await probeHealth(parts, log), [{ ok: true }]);
  t.is(ingestion.requests.length, 3);
  t.true(log.lines.some((line) => /^Application Insights did not take 5 items: answered 503$/.test(line)));
});

const item = (name: string) => ({ name }) as Envelope;
const ingest = (url: string, credential?: Parameters<typeof createIngestion>[0]['credential']) =>
  createIngestion({ http: axios.create(), endpoint: url, credential, clock: stillClock() });

test('of a batch that is taken in part, what may succeed later is sent again, and what is malformed is named', async (t) => {
  const errors = [
    { index: 0, statusCode: 400, message: 'malformed' },
    { index: 2, statusCode: 429, message: 'busy' },
  ];
  const { url, envelopes } = await startIngestion(t, (count) =>
    count === 1
      ? { status: 206, body: JSON.stringify({ itemsReceived: 3, itemsAccepted: 1, errors }) }
      : { body: '{}' },
  );
  await t.throwsAsync(ingest(url)([item('a'), item('b'), item('c')]), { message: '400: malformed' });
  t.deepEqual(
    envelopes().map(({ name }) => name),
    ['a', 'b', 'c', 'c'],
  );
});

test('what is refused for good is not sent again', async (t) => {
  const { url, requests } = await startIngestion(t, () => ({ status: 403 }));
  await t.throwsAsync(ingest(url)([item('a')]), { message: 'answered 403' });
  t.is(requests.length, 1);
});

test('with an identity the request has a token for Azure Monitor', async (t) => {
  const { url, requests } = await startIngestion(t);
  const scopes: unknown[] = [];
  const credential = {
    getToken: (scope: string | string[]) => (
      scopes.push(scope),
      Promise.resolve({ token: 'x.y', expiresOnTimestamp: 0 })
    ),
  };
  await ingest(url, credential)([item('a')]);
  t.deepEqual(scopes, ['https://monitor.azure.com//.default']);
  t.is(requests[0]?.headers.authorization, 'Bearer x.y');
});

test('durations are written as .NET writes them', (t) => {
  t.deepEqual([0, 12.4, 61_005, 90_061_001].map(timeSpan), [
    '0.00:00:00.000',
    '0.00:00:00.012',
    '0.00:01:01.005',
    '1.01:01:01.001',
  ]);
});

const read = (more: Record<string, string>) => readSettings(appSettings(more)).insights;

test('a connection string names key and endpoint; how to sign in, an identity', (t) => {
  t.is(read({}), undefined);
  const connection = `InstrumentationKey=${key};IngestionEndpoint=https://eu.example.com/;LiveEndpoint=https://x/`;
  t.like(read({ APPLICATIONINSIGHTS_CONNECTION_STRING: connection }), {
    endpoint: 'https://eu.example.com',
    origin: { instrumentationKey: key },
    identity: undefined,
  });
  t.is(
    read({ APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${key}` })?.endpoint,
    'https://dc.services.visualstudio.com',
  );
  const signIn = (text: string) =>
    read({
      APPLICATIONINSIGHTS_CONNECTION_STRING: connection,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: text,
    })?.identity;
  t.deepEqual(signIn('Authorization=AAD;ClientId=abc'), { clientId: 'abc' });
  t.deepEqual(signIn('Authorization=AAD'), {});
  t.throws(() => signIn('Authorization=Key'), { message: /APPLICATIONINSIGHTS_AUTHENTICATION_STRING: expected/ });
});

for (const wrong of ['IngestionEndpoint=https://x', `InstrumentationKey=${key};IngestionEndpoint=http://example.com`]) {
  test(`refused as a connection string: ${wrong}`, (t) => {
    t.throws(() => read({ APPLICATIONINSIGHTS_CONNECTION_STRING: wrong }), {
      message: /app setting APPLICATIONINSIGHTS_CONNECTION_STRING: expected/,
    });
  });
}
