import test, { type ExecutionContext } from 'ava';
import axios from 'axios';
import { createSender } from '../../functions/call.ts';
import { runProbe, type ProbeParts, type ProbeTarget } from '../../functions/probe.ts';
import { startStandIn, stillClock, type Reply } from '../support/functions.ts';

const target: ProbeTarget = {
  name: 'two',
  release: 'sums@000000000001',
  call: {
    service: 'sums',
    method: 'POST',
    path: '/sum?digits=3',
    body: { bytes: Buffer.from('{"a": 1, "b": 2.5}'), contentType: 'application/json' },
  },
  expected: '{"sum": [3.5]}',
  tolerance: 1e-6,
  maxLatency: 500,
};
/** No other release than the promoted one. */
const probeOf: ProbeParts['probeOf'] = () => Promise.resolve(undefined);
const right = '{"sum":[3.5000001]}';

/** Probes a gateway that gives these replies, the last one for ever; `latency` passes while it answers. */
async function probe(
  t: ExecutionContext,
  replies: readonly (Reply & { latency?: number })[],
  { probed = target, parent, deadline = 5_000 }: { probed?: ProbeTarget; parent?: string; deadline?: number } = {},
) {
  const clock = stillClock();
  let answered = 0;
  const gateway = await startStandIn(() => {
    const reply = replies[Math.min(answered++, replies.length - 1)] as Reply & { latency?: number };
    clock.advance(reply.latency ?? 10);
    return reply.status === 0 ? new Promise<Reply>(() => undefined) : reply;
  });
  t.teardown(() => gateway.stop());
  const send = createSender({ http: axios.create(), gateway: gateway.url, key: 'secret-key', clock, deadline });
  return { result: await runProbe(probed, { send, clock, probeOf }, parent), requests: gateway.requests, clock };
}

test('a right answer in time passes, with its status, latency and release', async (t) => {
  const { result, requests } = await probe(t, [
    { body: right, latency: 42, headers: { 'x-penstock-release': 'sums@0123456789ab' } },
  ]);
  t.like(result, { probe: 'two', at: '2026-03-01T12:00:00.000Z', ok: true, status: 200, latency: 42, attempts: 1 });
  t.is(result.answeredBy, 'sums@0123456789ab');
  t.is(result.reason, undefined);
  t.is(requests.length, 1);
});

test('it is sent as the release says, with the key and a span of the caller’s trace', async (t) => {
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const { result, requests } = await probe(t, [{ body: right }], { parent });
  t.like(requests[0], { method: 'POST', path: '/sums/sum?digits=3', body: '{"a": 1, "b": 2.5}' });
  t.is(requests[0]?.headers['ocp-apim-subscription-key'], 'secret-key');
  t.is(requests[0]?.headers['content-type'], 'application/json');
  t.regex(String(requests[0]?.headers.traceparent), /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  t.is(result.trace, '0af7651916cd43dd8448eb211c80319c');
});

test('a wrong number fails with its place', async (t) => {
  const { result } = await probe(t, [{ body: '{"sum":[3.6]}' }]);
  t.false(result.ok);
  t.is(result.reason, 'wrong answer: $.sum[0] is 3.6, expected 3.5 ± 0.000001');
});

test('an answer that is no JSON fails', async (t) => {
  const { result } = await probe(t, [{ body: '<html>' }]);
  t.is(result.reason, 'wrong answer: not JSON');
});

test('a slow answer fails with both times', async (t) => {
  const { result } = await probe(t, [{ body: right, latency: 812 }]);
  t.is(result.reason, 'took 812 ms, at most 500 ms allowed');
});

test('an error of the server fails with what it said', async (t) => {
  const { result } = await probe(t, [
    { status: 500, body: '{"statusCode": 500,\n  "message": "Internal server error"}' },
  ]);
  t.like(result, { ok: false, status: 500 });
  t.is(result.reason, 'answered 500: {"statusCode": 500, "message": "Internal server error"}');
});

test('a redirect is an answer, and the key is not taken elsewhere', async (t) => {
  const { result, requests } = await probe(t, [{ status: 307, body: '', headers: { location: '/elsewhere' } }]);
  t.is(result.reason, 'answered 307');
  t.deepEqual([...new Set(requests.map(({ path }) => path))], ['/sums/sum?digits=3']);
});

test('a rate limit fails after the pause that it asked for', async (t) => {
  const { result, clock } = await probe(t, [
    { status: 429, body: 'Rate limit is exceeded.', headers: { 'retry-after': '3' } },
  ]);
  t.is(result.reason, 'answered 429: Rate limit is exceeded.');
  t.deepEqual(clock.slept, [3_000]);
});

test('a failure is tried again once before it counts', async (t) => {
  const { result, requests } = await probe(t, [{ status: 503 }, { body: right }]);
  t.like(result, { ok: true, attempts: 2 });
  t.is(requests.length, 2);
  t.not(requests[0]?.headers.traceparent, requests[1]?.headers.traceparent);
  const failing = await probe(t, [{ status: 503 }]);
  t.like(failing.result, { ok: false, attempts: 2, reason: 'answered 503' });
  t.is(failing.requests.length, 2);
});

test('no answer fails at the deadline', async (t) => {
  const { result } = await probe(t, [{ status: 0 }], { deadline: 50 });
  t.is(result.reason, 'no answer within 0.05 s');
  t.is(result.status, undefined);
});

test('a gateway that nobody runs fails with the reason, and the key is not in it', async (t) => {
  const gateway = await startStandIn(() => ({}));
  await gateway.stop();
  const clock = stillClock();
  const send = createSender({ http: axios.create(), gateway: gateway.url, key: 'secret-key', clock, deadline: 5_000 });
  const result = await runProbe(target, { send, clock, probeOf });
  t.regex(String(result.reason), /ECONNREFUSED/);
  t.false(JSON.stringify(result).includes('secret-key'));
});

test('without an expected answer any success passes', async (t) => {
  const probed = { ...target, expected: undefined };
  t.true((await probe(t, [{ status: 204 }], { probed })).result.ok);
  t.false((await probe(t, [{ status: 302, headers: { location: '/elsewhere' } }], { probed })).result.ok);
});

test('an expected answer that is no JSON is compared as text', async (t) => {
  const probed = { ...target, expected: 'pong\n' };
  t.true((await probe(t, [{ body: 'pong\n' }], { probed })).result.ok);
  t.is(
    (await probe(t, [{ body: 'ping\n' }], { probed })).result.reason,
    'wrong answer: the text differs from what was expected',
  );
});

const [promoted, canary] = ['sums@000000000001', 'sums@000000000002'];

/** Probes a service of which two releases answer in turns, `order` says which; each answers with its own sum. */
async function probeTwo(t: ExecutionContext, order: readonly string[], counterpart: ProbeTarget | undefined) {
  const clock = stillClock();
  const sums: Record<string, string> = { [promoted]: '{"sum":[3.5]}', [canary]: '{"sum":[4.5]}' };
  let answered = 0;
  const gateway = await startStandIn(() => {
    const release = order[Math.min(answered++, order.length - 1)]!;
    return { body: sums[release]!, headers: { 'x-penstock-release': release } };
  });
  t.teardown(() => gateway.stop());
  const send = createSender({ http: axios.create(), gateway: gateway.url, key: 'k', clock, deadline: 5_000 });
  const asked: string[] = [];
  const result = await runProbe(
    { ...target, release: promoted },
    {
      ...{ send, clock },
      probeOf: (release, name) => {
        asked.push(`${release} ${name}`);
        return Promise.resolve(counterpart);
      },
    },
  );
  return { result, asked, requests: gateway.requests };
}

test('values are those of the release that answered: a canary is no false alarm', async (t) => {
  const own = { ...target, release: canary, expected: '{"sum": [4.5]}' };
  const { result, asked, requests } = await probeTwo(t, [canary], own);
  t.like(result, { ok: true, answeredBy: canary, attempts: 1 });
  t.deepEqual(asked, [`${canary} two`]);
  t.is(requests.length, 1);
});

test('a canary that answers wrongly by its own values fails', async (t) => {
  const { result } = await probeTwo(t, [canary], { ...target, release: canary, expected: '{"sum": [9]}' });
  t.like(result, { ok: false, attempts: 2, answeredBy: canary });
  t.regex(String(result.reason), /\$\.sum\[0\] is 4\.5, expected 9/);
});

test('another release that asks for something else is asked that', async (t) => {
  const body = { bytes: Buffer.from('{"a": 2, "b": 2.5}'), contentType: 'application/json' };
  const own = { ...target, release: canary, call: { ...target.call, body }, expected: '{"sum": [4.5]}' };
  const { result, requests } = await probeTwo(t, [canary], own);
  t.like(result, { ok: true, answeredBy: canary, attempts: 1 });
  t.deepEqual(
    requests.map((request) => request.body),
    ['{"a": 1, "b": 2.5}', '{"a": 2, "b": 2.5}'],
  );
});

test('while replicas swap, releases that answer in turns are judged as far as they can be', async (t) => {
  const body = { bytes: Buffer.from('{"a": 2, "b": 2.5}'), contentType: 'application/json' };
  const own = { ...target, release: canary, call: { ...target.call, body }, expected: '{"sum": [4.5]}' };
  // The probe of one always reaches the other.
  const { result, requests } = await probeTwo(t, [canary, promoted, canary], own);
  t.like(result, { ok: true, answeredBy: canary });
  t.true(requests.length <= 4);
});

test('a release without such a probe is judged by status and latency alone, and the result says so', async (t) => {
  const { result } = await probeTwo(t, [canary], undefined);
  t.like(result, { ok: true, answeredBy: canary, isUnjudged: true });
});

test('an answer of a release that cannot be read fails by its name', async (t) => {
  const gateway = await startStandIn(() => ({ body: right, headers: { 'x-penstock-release': canary } }));
  t.teardown(() => gateway.stop());
  const clock = stillClock();
  const send = createSender({ http: axios.create(), gateway: gateway.url, key: 'k', clock, deadline: 5_000 });
  const lost = () => Promise.reject(new Error(`there is no release ${canary}`));
  const result = await runProbe({ ...target, release: promoted }, { send, clock, probeOf: lost });
  t.is(result.reason, `answered by ${canary}, whose probes can't be read: there is no release ${canary}`);
});
