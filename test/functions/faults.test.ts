import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { readHealth } from '../../functions/health.ts';
import { probeHealth } from '../../functions/probe-health.ts';
import { warmModels } from '../../functions/warm-models.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import { listLog, partsWith, publishFiles, right, startGateway, stillClock } from '../support/functions.ts';

let azurite: Azurite;
let used = 0;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());

/** A way to the store that can be cut, or made slow: then no more than some bytes come at a time. */
async function lineTo(t: ExecutionContext, port: number) {
  const sockets = new Set<Socket>();
  let [isAway, isSlow] = [false, false];
  const line = createServer((near) => {
    if (isAway) return near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => (near.destroy(), far.destroy()));
    }
    near.pipe(far);
    far.on('data', (bytes: Buffer) => {
      near.write(bytes);
      if (!isSlow) return;
      far.pause();
      setTimeout(() => far.resume(), 5);
    });
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(line, 'listening');
  t.teardown(() => {
    line.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port: (line.address() as AddressInfo).port,
    cut() {
      isAway = true;
      for (const socket of sockets) socket.destroy();
    },
    slow: () => void (isSlow = true),
  };
}

async function setUp(t: ExecutionContext) {
  const id = ++used;
  const line = await lineTo(t, Number(new URL(azurite.blobUrl).port));
  await publishFiles(`${azurite.blobUrl}/releases-${id}`, 'sums');
  const gateway = await startGateway(t);
  const account = `http://127.0.0.1:${line.port}/devstoreaccount1`;
  const settings = {
    PENSTOCK_STORE: `${account}/releases-${id}`,
    PENSTOCK_RESULTS: `${account}/results-${id}`,
    PENSTOCK_GATEWAY: gateway.url,
  };
  const parts = partsWith(settings, stillClock());
  return { parts, line, gateway, log: listLog(), answer: gateway.answer };
}

test('while the store is down probing and warming fail by its name, and so does health', async (t) => {
  const { parts, line, log } = await setUp(t);
  line.cut();
  for (const run of [probeHealth(parts, log), warmModels(parts, log)]) {
    const error = await t.throwsAsync(run);
    t.regex(error.message, /sums: .*(unreachable|ECONNRESET|ECONNREFUSED|socket hang up)/);
    t.regex(error.message, /(results were|outcome was) not kept/);
  }
  await t.throwsAsync(readHealth(parts));
});

test('a store that goes away between two rounds does not hide what the probes find', async (t) => {
  const { parts, line, log, gateway } = await setUp(t);
  await probeHealth(parts, log);
  line.cut();
  await t.throwsAsync(probeHealth(parts, log), { message: /^sums: / });
  // Two probes and four knocks: the second round had nothing to ask.
  t.is(gateway.requests.length, 3);
});

test('a slow store makes nothing fail', async (t) => {
  const { parts, line, log } = await setUp(t);
  line.slow();
  t.like(await warmModels(parts, log), [{ ok: true }]);
  t.like(await probeHealth(parts, log), [{ ok: true }]);
  t.is((await readHealth(parts)).status, 'ok');
});

for (const status of [429, 500]) {
  test(`a gateway that answers ${status} for ever fails both, within bounds`, async (t) => {
    const { parts, log, gateway, answer } = await setUp(t);
    answer({ status, headers: { 'retry-after': '86400' }, body: 'no' });
    await t.throwsAsync(warmModels(parts, log), { message: new RegExp(`probe two: answered ${status}: no`) });
    t.is(gateway.requests.length, 4);
    await t.throwsAsync(probeHealth(parts, log), { message: new RegExp(`probe two failed: answered ${status}: no`) });
    const { slept } = parts.clock as ReturnType<typeof stillClock>;
    t.true(slept.every((pause) => pause <= 10_000));
  });
}

test('a gateway that recovers at the second try is no failure', async (t) => {
  const { parts, log, answer } = await setUp(t);
  let asked = 0;
  answer(() => ((asked += 1) === 1 ? { status: 500 } : right));
  const [round] = await probeHealth(parts, log);
  t.like(round?.probes[0], { ok: true, attempts: 2 });
});
