import test, { type ExecutionContext } from 'ava';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { allIdle, merges, type RowRequest, seen, send, serveAlone, serveRows } from '../../support/rows.ts';
import { type Answer, type TestServer, until, working } from '../../support/server.ts';

const ends: (() => unknown)[] = [];
const scope = { teardown: (end: () => unknown) => void ends.push(end) };
let merging: TestServer;
let alone: TestServer;
test.before(async () => {
  [merging, alone] = await Promise.all([serveRows(scope, { workers: 1 }), serveAlone(scope)]);
});
test.after.always(() => Promise.all(ends.map((end) => end())));

/** Sends the requests while the server's one worker is busy, so that they wait together. */
async function together(
  t: ExecutionContext,
  requests: readonly RowRequest[],
  server: TestServer = merging,
): Promise<Answer[]> {
  const busy = await working(t, server);
  const answers = Promise.all(requests.map((request) => send(server, request)));
  await until(async () => (await server.status()).queue.depth === requests.length);
  await busy.finish();
  return answers;
}

async function sameAsAlone(
  t: ExecutionContext,
  requests: readonly RowRequest[],
  answers: readonly Answer[],
): Promise<void> {
  const expected = await Promise.all(requests.map((request) => send(alone, request)));
  answers.forEach((answer, i) => t.deepEqual(seen(answer), seen(expected[i]!), requests[i]!.body));
}

const row = (x: number | string, more = '') => `{"id":"${randomUUID()}","x":${x}${more}}`;

test.serial('what waits for a worker is answered by one call, each caller with its own bytes', async (t) => {
  const requests = [1.5, 2, -3, 0.1, 100000, '1e5', 'null', '1.0'].map((x, i) => ({
    target: '/table',
    body: `{"df":[${row(x)}${i % 3 === 0 ? `,${row(i)}` : ''}]}`,
  }));
  const before = await merges(merging, 'POST /table');
  const answers = await together(t, requests);
  const after = await merges(merging, 'POST /table');
  t.true(after.requests - before.requests >= 6, 'most of them share a call');
  t.true(after.calls - before.calls <= 2, 'of few calls');
  t.deepEqual(answers[0]?.all('x-penstock-rows'), ['2']);
  await sameAsAlone(t, requests, answers);
});

test.serial('an answer that the API has encoded itself is not compressed', async (t) => {
  const headers = { 'Accept-Encoding': 'gzip' };
  const requests = [1, 2, 3].map((x) => ({ target: '/encoded', body: `{"df":[${row(x)}]}`, headers }));
  const answers = await together(t, requests);
  t.deepEqual(answers[0]!.all('content-encoding'), ['identity']);
  await sameAsAlone(t, requests, answers);
});

test.serial('a vetiver API, whose body is the array, runs unmodified', async (t) => {
  const requests = Array.from({ length: 10 }, (_, i) => ({ target: '/predict', body: `[${row(i + 0.5)}]` }));
  const before = await merges(merging, 'POST /predict');
  const answers = await together(t, requests);
  t.is((await merges(merging, 'POST /predict')).calls - before.calls, 1);
  t.regex(answers[3]!.text, /^\{"id":\["[^"]+"\],"\.pred":\[8\.75\]\}$/);
  await sameAsAlone(t, requests, answers);
});

test.serial('requests that differ in anything but their rows do not meet in R', async (t) => {
  const body = () => `{"df":[${row(1.5)}]}`;
  const requests: RowRequest[] = [
    { target: '/tenant', body: body(), headers: { 'X-Tenant': 'a' } },
    { target: '/tenant', body: body(), headers: { 'X-Tenant': 'b' } },
    { target: '/tenant', body: body(), headers: { 'x-tenant': 'a', 'X-Other': '1' } },
    { target: '/tenant', body: body() },
    { target: '/table?prefix=q', body: body() },
    { target: '/table', body: body() },
    { target: '/table', body: body().replace('}]}', '}],"prefix":"p"}') },
    { target: '/table', body: body(), headers: { 'Content-Type': 'text/json' } },
    { target: '/table', body: body(), headers: { 'Content-Type': 'text/csv' } },
    { target: '/table', body: body(), headers: { 'Content-Type': ['application/json', 'text/csv'] } },
    { target: '/columns', body: body() },
  ];
  const answers = await together(t, [...requests, ...requests]);
  t.regex(answers[0]!.text, / a"\]$/);
  t.regex(answers[1]!.text, / b"\]$/);
  t.regex(answers[3]!.text, / nobody"\]$/);
  await sameAsAlone(t, [...requests, ...requests], answers);
});

test.serial('one bad request among many costs its neighbours nothing', async (t) => {
  for (const fault of ['fail', 'kill']) {
    const requests = Array.from({ length: 16 }, (_, i) => ({
      target: '/columns',
      body: `{"df":[${row(i + 0.25, i === 5 ? `,"fault":"${fault}"` : ',"fault":""')}]}`,
    }));
    const answers = await together(t, requests);
    t.is(answers[5]?.status, fault === 'fail' ? 500 : 502);
    await sameAsAlone(t, requests, answers);
  }
  await allIdle(merging, 1);
});

test.serial('bad rows and malformed bodies are refused without R, and say where', async (t) => {
  const { served } = (await merging.status()).workers[0]!;
  const bad = await send(merging, { target: '/table', body: `{"df":[${row(1)},{"id":7,"x":"1","level":"mid"}]}` });
  t.is(bad.status, 422);
  t.deepEqual((bad.json() as { detail: unknown }).detail, [
    { row: 2, field: 'id', expected: 'a string', got: '7' },
    { row: 2, field: 'x', expected: 'a number or null', got: '"1"' },
    { row: 2, field: 'level', expected: 'one of "low", "high"', got: '"mid"' },
  ]);
  t.deepEqual(bad.all('x-penstock-rows'), []);
  const malformed = await send(merging, { target: '/table', body: '{"df":[{"id":}]}' });
  t.is(malformed.status, 400);
  t.is((malformed.json() as { error: string }).error, 'The body is not valid JSON: line 1, column 14');
  t.is((await send(merging, { target: '/table', body: '['.repeat(1_000_000) })).status, 400);
  t.is((await send(merging, { target: '/alone', body: '{"df":[{}]}' })).status, 422);
  t.is((await merging.status()).workers[0]!.served, served);
  t.is(await merging.metric('penstock_refusals_total{reason="bad-rows"}'), 2);
  t.deepEqual((await send(merging, { target: '/alone', body: `{"df":[${row(1)}]}` })).all('x-penstock-rows'), ['1']);
});

test.serial('pipelined requests share a call and are answered in their order', async (t) => {
  const ids = Array.from({ length: 30 }, () => randomUUID());
  const requests = ids.map((id) => {
    const body = `{"df":[{"id":"${id}"}]}`;
    return `POST /texts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  });
  const busy = await working(t, merging);
  const socket = connect(merging.port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(requests.join(''));
  await until(async () => (await merging.status()).queue.depth === ids.length);
  await busy.finish();
  await until(() => ids.every((id) => text.includes(id)));
  t.deepEqual(
    [...text.matchAll(/\["([-0-9a-f]+)\/none/g)].map(([, id]) => id),
    ids,
  );
});

test.serial('callers that leave take their rows with them, before R has them and after', async (t) => {
  const leaving = new AbortController();
  const busy = await working(t, merging);
  const ask = (i: number, signal?: AbortSignal) =>
    merging.get('/table', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: `{"df":[${row(i)}]}`,
      ...(signal && { signal }),
    });
  const left = Array.from({ length: 10 }, (_, i) => ask(i, leaving.signal));
  const stayed = Array.from({ length: 10 }, (_, i) => ask(i));
  await until(async () => (await merging.status()).queue.depth === 20);
  const before = await merging.metric('penstock_merged_rows_total{route="POST /table"}');
  leaving.abort();
  await Promise.all(left.map((each) => t.throwsAsync(each)));
  await until(async () => (await merging.status()).queue.depth === 10);
  await busy.finish();
  for (const answer of await Promise.all(stayed)) t.is(answer.status, 200);
  t.is((await merging.metric('penstock_merged_rows_total{route="POST /table"}'))! - before!, 10);
  await allIdle(merging, 1);
});

test.serial('callers that take gzip share the call with those that do not', async (t) => {
  const requests = Array.from({ length: 6 }, (_, i): RowRequest => ({
    target: '/table',
    body: `{"df":[${row(i + 0.5)}]}`,
    headers: i % 2 === 0 ? { 'Accept-Encoding': 'gzip' } : { 'X-Id': String(i) },
  }));
  const before = await merges(merging, 'POST /table');
  const answers = await together(t, requests);
  t.is((await merges(merging, 'POST /table')).calls - before.calls, 1);
  answers.forEach((answer, i) => t.deepEqual(answer.all('content-encoding'), i % 2 === 0 ? ['gzip'] : []));
});

test('a large request is spread over the idle workers, and the answers are joined to the very bytes', async (t) => {
  const server = await serveRows(t, { workers: 2, batching: ['/table', '/columns', '/predict'] });
  const rows = Array.from(
    { length: 3000 },
    (_, i) => `{"id":"${i}","x":${i / 8 + 0.1},"s":"${i % 7}${i % 2 ? 'é' : ''}"}`,
  );
  const requests = [
    { target: '/table', body: `{"df":[${rows.join(',')}]}` },
    { target: '/columns?x=1', body: `{"df":[${rows.join(' ,\n')}]}` },
    { target: '/predict', body: `[${rows.join(',')}]` },
  ];
  for (const request of requests) {
    const served = async () => (await server.status()).workers.map((worker) => worker.served);
    const before = await served();
    const answer = await send(server, request);
    t.deepEqual((await served()).map((count, i) => count - before[i]!).sort(), [1, 1], 'each worker had one part');
    t.deepEqual(answer.all('x-penstock-rows'), ['3000']);
    t.deepEqual(seen(answer), seen(await send(alone, request)));
  }
  // Rows that fail or kill do so in a part, and the whole is answered as it is alone.
  for (const fault of ['fail', 'kill']) {
    const body = `{"df":[${rows.map((each, i) => each.replace('}', `,"fault":"${i === 2000 ? fault : ''}"}`)).join(',')}]}`;
    t.deepEqual(
      seen(await send(server, { target: '/table', body })),
      seen(await send(alone, { target: '/table', body })),
    );
    await allIdle(server, 2);
  }
});

test('with maxWait, requests are held back for others, and no worker with them', async (t) => {
  const server = await serveRows(t, { workers: 1, batching: ['/texts'], batch: { maxWait: 60_000, maxRows: 40 } });
  const requests = Array.from({ length: 40 }, (_, i) => ({ target: '/texts', body: `{"df":[${row(i)}]}` }));
  const first = requests.slice(0, 39).map((request) => send(server, request));
  await until(async () => (await server.status()).queue.depth === 39);
  // The worker is free for others meanwhile.
  t.is((await send(server, { target: '/alone', body: `{"df":[${row(1)}]}` })).status, 200);
  // The fortieth row fills the call.
  const answers = await Promise.all([...first, send(server, requests[39]!)]);
  t.deepEqual(await merges(server, 'POST /texts'), { calls: 1, requests: 40 });
  await sameAsAlone(t, requests, answers);
});
