import test from 'ava';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { Job } from '../../../plumber-app/server/job.ts';
import { passOnWithin } from '../../../plumber-app/server/plan.ts';
import type { Sink } from '../../../plumber-app/server/r/connection.ts';
import type { Staff } from '../../../plumber-app/server/staff.ts';
import { api, exchange, serve, until, working } from '../../support/server.ts';

interface Refused {
  readonly error: string;
  readonly detail: string;
}

test('a body over limits.body gets 413, before it is read when its length is announced', async (t) => {
  const { get, port } = await serve(t, api('wire'), { limits: { body: 1000 } });
  const type = { 'Content-Type': 'application/octet-stream' };
  t.is((await get('/bytes', { method: 'POST', headers: type, body: Buffer.alloc(1000) })).status, 200);
  const announced = await get('/bytes', { method: 'POST', headers: type, body: Buffer.alloc(1001) });
  t.is(announced.status, 413);
  t.deepEqual(announced.json(), { error: 'Request body too large', detail: 'The body may have at most 1000 bytes.' });
  const chunked = { ...type, 'Transfer-Encoding': 'chunked' };
  t.is((await get('/bytes', { method: 'POST', headers: chunked, body: Buffer.alloc(100_000) })).status, 413);
  const head = 'POST /bytes HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\nExpect: 100-continue\r\n\r\n';
  t.regex(await exchange(port, head), /^HTTP\/1.1 413 /);
  t.is((await get('/users/1')).status, 200);
});

test('all bodies together take no more memory than they may, and give it back', async (t) => {
  const { get, port } = await serve(t, api('wire'), { bodyMemory: 1000 });
  const post = (size: number) => get('/bytes', { method: 'POST', body: Buffer.alloc(size) });
  for (let i = 0; i < 3; i++) t.is((await post(1000)).status, 200);
  const refused = await post(1001);
  t.is(refused.status, 503);
  t.is(refused.all('retry-after').join(), '1');
  t.is(refused.all('x-penstock-refused').join(), 'no-memory');

  const unfinished = connect(port, '127.0.0.1');
  unfinished.write(`POST /bytes HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n${'a'.repeat(900)}`);
  await until(async () => (await post(1000)).status === 503);
  t.is((await post(100)).status, 200);
  unfinished.destroy();
  await until(async () => (await post(1000)).status === 200);
});

test("plumber's own upload limit still answers as it does alone", async (t) => {
  const { get } = await serve(t, api('limited'));
  const answer = await get('/x', { method: 'POST', body: Buffer.alloc(2000) });
  t.is(answer.status, 413);
  t.is(answer.text, 'Maximum upload size exceeded');
  // More than a socket holds: R must not hang up before it has been written.
  const large = { method: 'POST', body: Buffer.alloc(3_000_000) };
  for (const { status } of await Promise.all(Array.from({ length: 20 }, () => get('/x', large)))) t.is(status, 413);
  t.is((await get('/x', { method: 'POST', body: '{}' })).text, '["taken"]');
});

test('a full queue answers 503 with Retry-After at once, and what was accepted is answered', async (t) => {
  const server = await serve(t, api('faults'), { limits: { queue: 2 } });
  const first = await working(t, server);
  const waiting = [server.get('/pid'), server.get('/pid')];
  await until(async () => (await server.status()).queue.depth === 2);
  t.is(await server.metric('penstock_queue_depth'), 2);
  const refused = await server.get('/pid');
  t.is(refused.status, 503);
  t.regex(refused.all('retry-after').join(), /^[1-9]\d*$/);
  t.is((refused.json() as Refused).error, 'Service overloaded');
  t.is((await first.finish()).status, 200);
  for (const each of await Promise.all(waiting)) t.is(each.status, 200);
  t.is(await server.metric('penstock_refusals_total{reason="queue-full"}'), 1);
});

test('with no room in the queue, as many requests as there are idle workers are still accepted', async (t) => {
  const server = await serve(t, api('faults'), { limits: { queue: 0 }, workers: 2 });
  await until(async () => (await server.status()).workers.length === 2);
  const one = await working(t, server);
  const other = await working(t, server);
  t.is((await server.get('/pid')).status, 503);
  t.is((await one.finish()).status, 200);
  t.is((await other.finish()).status, 200);
});

test('a request that waits longer than limits.queueTimeout gets 503', async (t) => {
  const server = await serve(t, api('faults'), { limits: { queueTimeout: 1_000 } });
  const first = await working(t, server);
  const late = await server.get('/pid');
  t.is(late.status, 503);
  t.truthy(late.all('retry-after')[0]);
  t.is((await first.finish()).status, 200);
  t.is((await server.get('/pid')).status, 200);
});

test('a request that runs longer than limits.timeout gets 504, and its worker is replaced', async (t) => {
  const server = await serve(t, api('faults'), { limits: { timeout: 2000 } });
  const before = (await server.get('/pid')).text;
  const stuck = await server.get('/loop');
  t.is(stuck.status, 504);
  t.is((stuck.json() as Refused).error, 'R took too long');
  t.not((await server.get('/pid')).text, before);
  await until(async () => (await server.metric('penstock_worker_restarts_total{reason="timeout"}')) === 1);
  t.is(await server.metric('penstock_requests_total{route="/loop",method="GET",status="504"}'), 1);
});

test('the queued request of a caller that has left never reaches R', async (t) => {
  const server = await serve(t, api('faults'));
  const first = await working(t, server);
  const leaving = new AbortController();
  const left = server.get('/pid', { signal: leaving.signal });
  await until(async () => (await server.status()).queue.depth === 1);
  leaving.abort();
  await t.throwsAsync(left);
  await until(async () => (await server.status()).queue.depth === 0);
  t.is((await first.finish()).status, 200);
  t.is((await server.status()).workers[0]?.served, 1);
  t.is(await server.metric('penstock_abandoned_total'), 1);
});

test('pipelined requests leave the queue with their connection', async (t) => {
  const server = await serve(t, api('faults'));
  const first = await working(t, server);
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET /pid HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20));
  await until(async () => (await server.status()).queue.depth === 20);
  socket.destroy();
  await until(async () => (await server.status()).queue.depth === 0);
  t.is((await first.finish()).status, 200);
});

test('the answer of a running request whose caller has left is discarded, and the worker serves on', async (t) => {
  const server = await serve(t, api('faults'));
  const { pid } = (await server.status()).workers[0]!;
  const leaving = new AbortController();
  const left = await working(t, server, leaving.signal);
  leaving.abort();
  await until(async () => (await server.metric('penstock_abandoned_total')) === 1);
  await t.throwsAsync(left.finish());
  t.is((await server.get('/pid')).text, `[${pid}]`);
});

test('a caller that does not read loses its connection at limits.timeout, not the worker its life', async (t) => {
  const server = await serve(t, api('wire'), { limits: { timeout: 5000 } });
  const { pid } = (await server.status()).workers[0]!;
  const socket = connect(server.port, '127.0.0.1').pause();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.write('GET /large?size=60000000 HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(async () => (await server.status()).workers[0]?.state === 'busy');
  t.is((await server.get('/users/1')).status, 200);
  t.is((await server.status()).workers[0]?.pid, pid);
  socket.resume();
  await closed;
});

test('a caller that leaves in the middle of a large answer holds no worker; one whose worker dies there is cut off', async (t) => {
  const server = await serve(t, api('wire'));
  const slowReader = async () => {
    const caller = connect(server.port, '127.0.0.1').pause();
    caller.write('GET /large?size=60000000 HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(caller, 'readable');
    return caller;
  };
  const unread = await slowReader();
  // Meanwhile what the caller doesn't read fills the system's buffers, then ours, and R waits.
  for (let poll = 0; poll < 100; poll += 1) t.is((await server.status()).workers[0]?.state, 'busy');
  unread.destroy();
  t.is((await server.get('/users/1')).status, 200);

  const cut = await slowReader();
  cut.on('error', () => undefined);
  process.kill((await server.status()).workers[0]!.pid, 'SIGKILL');
  let length = 0;
  cut.on('data', (chunk: Buffer) => (length += chunk.length)).resume();
  await once(cut, 'close');
  t.true(length < 60_000_000);
});

test('R goes on as soon as a caller has read what there is, or has left', (t) => {
  for (const event of ['drain', 'close']) {
    const reply = new EventEmitter();
    const job = new Job({ now: () => 0 } as never, {} as never, {} as never, reply as never, '/', {} as never);
    let calls = 0;
    job.onDrain(() => (calls += 1));
    reply.emit(event);
    reply.emit('drain');
    reply.emit('close');
    t.is(calls, 1, event);
  }
});

test('a caller that takes too long to read is not waited for', async (t) => {
  const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
  let resumed = 0;
  const job = { toCall: () => ({}), begin: () => {}, write: () => false, onDrain: () => {}, abort };
  const given = {
    call: (_: unknown, sink: Sink) => {
      sink.onHead(200, 'OK', []);
      sink.onData(Buffer.from('a'));
      t.false(sink.onData(Buffer.from('b')));
    },
    resume: () => (resumed += 1),
  };
  void passOnWithin(1).run([job as unknown as Job], { given } as unknown as Staff);
  await aborted;
  t.is(resumed, 1, 'R goes on');
});

test('the admin port answers while every worker is busy', async (t) => {
  const server = await serve(t, api('faults'));
  const busy = await working(t, server);
  t.is((await server.admin('/live')).status, 200);
  t.is((await server.admin('/ready')).status, 200);
  t.is(await server.metric('penstock_workers{state="busy"}'), 1);
  t.is((await busy.finish()).status, 200);
});
