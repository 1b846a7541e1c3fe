import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { Call } from '../../functions/call.ts';
import type { Clock } from '../../functions/clock.ts';
import { knock, type DoorResult } from '../../functions/front-door.ts';
import { partsWith, refusing, startStandIn, stillClock, type Reply, type Request } from '../support/functions.ts';

const call: Call = {
  service: 'sums',
  method: 'POST',
  path: '/sum',
  body: { bytes: Buffer.from('{"a": 1}'), contentType: 'application/json' },
};

async function knockAt(t: ExecutionContext, reply: (request: Request) => Reply): Promise<DoorResult[]> {
  const gateway = await startStandIn(reply);
  t.teardown(() => gateway.stop());
  return knock(call, undefined, partsWith({ PENSTOCK_GATEWAY: gateway.url }, stillClock()));
}

test('a gateway that refuses who has no key, or a wrong one, is as it should be', async (t) => {
  const seen: Request[] = [];
  const results = await knockAt(t, (request) => {
    seen.push(request);
    return refusing(request) ?? {};
  });
  t.deepEqual(
    results.map(({ check, ok, open, status }) => ({ check, ok, open, status })),
    [
      { check: 'no-key', ok: true, open: false, status: 401 },
      { check: 'wrong-key', ok: true, open: false, status: 401 },
    ],
  );
  t.deepEqual(
    seen.map(({ headers }) => headers['ocp-apim-subscription-key']),
    [undefined, '0'.repeat(32)],
  );
});

test('a 200 without a key is an open door, at once', async (t) => {
  let asked = 0;
  const [noKey] = await knockAt(t, (request) => {
    asked += 1;
    return request.headers['ocp-apim-subscription-key'] === undefined ? {} : (refusing(request) ?? {});
  });
  t.like(noKey, { ok: false, open: true });
  t.is(noKey?.reason, 'the front door is open: a call without a key got through and was answered with 200');
  t.is(asked, 2);
});

test('an error of the scoring server is an open door too: the call has come so far', async (t) => {
  const [noKey] = await knockAt(t, () => ({ status: 422, headers: { 'x-penstock-release': 'sums@000000000001' } }));
  t.like(noKey, { ok: false, open: true });
});

test('an error of the gateway is a failure, but no open door; it is tried again once', async (t) => {
  let asked = 0;
  const [noKey] = await knockAt(t, () => {
    asked += 1;
    return asked === 1 ? { status: 500 } : { status: 401 };
  });
  t.like(noKey, { ok: true, open: false });
  const [failing] = await knockAt(t, () => ({ status: 500, body: 'boom' }));
  t.like(failing, { ok: false, open: false });
  t.is(failing?.reason, 'a call without a key was not refused with 401 or 403: answered 500: boom');
});

/** A gateway that refuses keys, and does with a body that is announced as `listener` says. */
async function offered(t: ExecutionContext, listener: RequestListener, clock: Clock = stillClock()) {
  const server = createServer((request, response) => {
    if (request.headers['ocp-apim-subscription-key'] === 'the-internal-key') listener(request, response);
    else response.writeHead(401).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const results = await knock(call, 3_000_000, partsWith({ PENSTOCK_GATEWAY: url }, clock));
  return results.find(({ check }) => check === 'oversized-body');
}

test('a gateway that refuses a body by its length is not sent a byte of it', async (t) => {
  let bytes = 0;
  const closed = Promise.withResolvers<void>();
  const patient: Clock = { ...stillClock(), sleep: () => new Promise(() => undefined) };
  const result = await offered(
    t,
    (request, response) => {
      request.on('data', (chunk: Buffer) => (bytes += chunk.length));
      request.socket.on('close', () => closed.resolve());
      t.is(request.headers['content-length'], '3000001');
      response.writeHead(413).end('too large');
    },
    patient,
  );
  t.like(result, { ok: true, open: false, status: 413 });
  await closed.promise;
  t.is(bytes, 0);
});

test('one that waits for the body gets all of it; when it then takes it, the door is open', async (t) => {
  let bytes = 0;
  const result = await offered(t, (request, response) => {
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => response.end('{}'));
  });
  t.is(bytes, 3_000_001);
  t.like(result, { ok: false, open: true, status: 200 });
});

test('a body that the scoring server alone refuses is a failure of the gateway, not an open door', async (t) => {
  const result = await offered(t, (request, response) => {
    request.resume();
    response.writeHead(413, { 'x-penstock-release': 'sums@000000000001' }).end('too large');
  });
  t.like(result, { ok: false, open: false });
  t.regex(String(result?.reason), /^a call with an oversized body was not refused by the gateway with 413/);
});
