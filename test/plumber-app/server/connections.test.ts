import test from 'ava';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect, Socket } from 'node:net';
import { Recycling } from '../../../plumber-app/server/recycling.ts';
import { Certificates } from '../../support/certificates.ts';
import { api, serve, until, working } from '../../support/server.ts';

test('with a certificate callers speak HTTPS, and the admin port stays plain', async (t) => {
  const certificates = await Certificates.in(t);
  const own = await certificates.selfSigned({ name: 'server', alternatives: 'IP:127.0.0.1' });
  const ca = await certificates.selfSigned({ name: 'issuer' });
  const caller = await certificates.issued(ca, { name: 'gateway' });
  const tls = { cert: own.certFile, key: own.keyFile, ca: [ca.certFile], subjects: ['gateway'] };
  const server = await serve(t, api('faults'), { tls });
  const asked = tlsRequest({
    ...{ port: server.port, host: '127.0.0.1', path: '/pid', agent: false },
    ...{ ca: own.cert, cert: caller.cert, key: caller.key },
  });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  t.is(answer.statusCode, 200);
  await once(answer, 'end');

  t.is((await server.admin('/ready')).status, 200);
  const expiry = await server.metric('penstock_tls_expiry_timestamp_seconds');
  t.true(expiry! > Date.now() / 1000 && expiry! < Date.now() / 1000 + 3 * 86_400);
  await t.throwsAsync(server.get('/pid'));
  await server.server.close();
});

test('a kept connection ends in good order after a number of answers, and callers connect anew', async (t) => {
  const server = await serve(t, api('faults'), { connectionRequests: 10 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const perConnection = new Map<number, number>();
  for (let i = 0; i < 60; i++) {
    const asked = request({ port: server.port, host: '127.0.0.1', path: '/pid', agent });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const from = answer.socket.localPort!;
    answer.resume();
    await once(answer, 'end');
    t.is(answer.statusCode, 200);
    perConnection.set(from, (perConnection.get(from) ?? 0) + 1);
  }
  const counts = [...perConnection.values()].slice(0, -1);
  t.true(counts.length >= 5);
  t.true(
    counts.every((count) => count >= 9 && count <= 11),
    String(counts),
  );
});

test('requests that have come on a connection are answered before it ends', async (t) => {
  const server = await serve(t, api('faults'), { connectionRequests: 3 });
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET /pid HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20));
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
  t.is(text.match(/HTTP\/1\.1 200 OK\r/g)?.length, 20);
  t.is(text.match(/^Connection: close\r$/gim)?.length, 1);
});

test('of what a caller pipelines no more is read than can soon be answered; all of it is answered in the end', async (t) => {
  const server = await serve(t, api('faults'));
  const depth = async () => (await server.status()).queue.depth;
  const requests = (count: number, more = '') => `GET /pid HTTP/1.1\r\nHost: a\r\n${more}\r\n`.repeat(count);
  const { finish } = await working(t, server);
  const endless = connect(server.port, '127.0.0.1');
  endless.write(requests(60_000));
  await until(async () => (await depth()) > 60);
  let most = 0;
  for (let poll = 0; poll < 100; poll += 1) most = Math.max(most, await depth());
  t.true(most < 10_000, `${most} of them wait in the server`);
  endless.destroy();
  await finish();
  await until(async () => (await depth()) === 0);

  const socket = connect(server.port, '127.0.0.1');
  socket.write(requests(300, `X-Long: ${'x'.repeat(1_000)}\r\n`) + requests(1, 'Connection: close\r\n'));
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
  t.is(text.match(/HTTP\/1\.1 200 OK\r/g)?.length, 301);
});

test('connections that were opened together end at different times; none is all that some want', (t) => {
  const lastOf = (recycling: Recycling) => {
    const lease = recycling.leaseOf(new Socket());
    lease.pipeline.enter();
    let answers = 1;
    while (!lease.endsNow() && answers < 5_000) answers += 1;
    return answers;
  };
  t.is(lastOf(new Recycling(1_000, () => 0)), 900);
  t.is(lastOf(new Recycling(1_000, () => 0.5)), 1_000);
  t.is(lastOf(new Recycling(1_000, () => 1)), 1_100);
  t.is(lastOf(new Recycling(1)), 1);
  t.is(lastOf(new Recycling(0)), 5_000);
});
