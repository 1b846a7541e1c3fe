import test from 'ava';
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { ServiceRate } from '../../../plumber-app/server/service-rate.ts';
import { allIdle, send, serveRows } from '../../support/rows.ts';
import { type Answer, until, working } from '../../support/server.ts';

test('at twice the capacity, accepted requests keep their deadline, the rest are refused, and all is well afterwards', async (t) => {
  // The deadline is that of a bucket of the histogram below.
  const server = await serveRows(t, { workers: 2, limits: { queue: 6, queueTimeout: 500 }, batching: [] });
  const arriving: Promise<Answer>[] = [];
  await new Promise<void>((resolve) => {
    const clock = setInterval(() => {
      arriving.push(server.get('/sleep?seconds=0.1'));
      if (arriving.length < 120) return;
      clearInterval(clock);
      resolve();
    }, 25);
  });
  const answers = await Promise.all(arriving);
  const refused = answers.filter(({ status }) => status !== 200);
  t.true(refused.length > 0 && refused.length < answers.length);
  for (const answer of refused) {
    t.is(answer.status, 503);
    t.regex(answer.all('retry-after').join(), /^[1-9]\d*$/);
    t.regex(answer.all('x-penstock-refused').join(), /^queue-(full|timeout)$/);
  }
  const waits = 'penstock_queue_wait_seconds';
  t.is(await server.metric(`${waits}_bucket{le="0.5"}`), answers.length - refused.length);
  t.is(await server.metric(`${waits}_count`), answers.length - refused.length);
  await allIdle(server, 2);
  t.is((await server.get('/sleep?seconds=0')).status, 200);
});

test('Retry-After tells when what waits will be done, at the pace of late', async (t) => {
  const server = await serveRows(t, { workers: 1, limits: { queue: 4 }, batching: [] });
  for (let i = 0; i < 3; i++) await server.get('/sleep?seconds=1');
  const busy = await working(t, server);
  const waiting = Array.from({ length: 4 }, () => server.get('/sleep?seconds=0'));
  await until(async () => (await server.status()).queue.depth === 4);
  const [seconds = ''] = (await server.get('/sleep?seconds=0')).all('retry-after');
  t.true(Number(seconds) >= 5, `four wait, each call took a second, but it says ${seconds}`);
  await busy.finish();
  await Promise.all(waiting);
});

test('calls that answer many requests at once make the pace', (t) => {
  const rate = new ServiceRate();
  t.is(rate.timeFor(10), 0);
  for (let i = 0; i < 50; i++) rate.observe(1, 20);
  t.is(Math.round(rate.timeFor(10)), 200);
  for (let i = 0; i < 50; i++) rate.observe(100, 20);
  t.true(rate.timeFor(100) < 30);
  for (let i = 0; i < 100; i++) rate.observe(1, 20);
  t.true(rate.timeFor(10) > 150, 'what was is forgotten');
});

test('requests that never end hold no worker, and what they hold is given back with their connections', async (t) => {
  const server = await serveRows(t, { workers: 1, batching: ['/table'] });
  const sockets: Socket[] = [];
  for (let i = 0; i < 300; i++) {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const head = 'POST /table HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n';
    socket.write(i % 3 === 0 ? head.slice(0, 40) : `${head}{"df":[${'{"id":"a"},'.repeat(1000)}`);
    sockets.push(socket);
  }
  const ask = async () => {
    const id = randomUUID();
    const answer = await send(server, { target: '/table', body: `{"df":[{"id":"${id}"}]}` });
    t.is(answer.status, 200);
    t.true(answer.text.includes(id));
  };
  await Promise.all(Array.from({ length: 20 }, ask));
  for (const [i, socket] of sockets.entries()) if (i % 2 === 0) socket.destroy();
  await Promise.all(Array.from({ length: 20 }, ask));
  for (const socket of sockets) socket.resetAndDestroy();
  await until(async () => (await server.metric('penstock_abandoned_total')) === 200);
  await ask();
  await allIdle(server, 1);
  // Nobody is left that the server would have to wait for.
  await server.server.close();
});
