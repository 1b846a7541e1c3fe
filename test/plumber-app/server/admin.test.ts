import test from 'ava';
import { api, exchange, serve, until } from '../../support/server.ts';

test('live, ready, status and metrics say what is', async (t) => {
  const server = await serve(t, api('faults'), { release: 'faults@0123456789ab', workers: 2 });
  await until(async () => (await server.status()).workers.length === 2);
  t.is((await server.admin('/live')).status, 200);
  t.deepEqual((await server.admin('/ready')).json(), { ready: true });
  const status = (await server.admin('/status')).json() as Record<string, unknown>;
  t.like(status, { service: 'faults', release: 'faults@0123456789ab', ready: true, stopping: false });
  t.like(status.workers, { 0: { state: 'idle', served: 0 } });
  t.true((status.workers as { rss: number }[])[0]!.rss > 10_000_000);
  t.is(await server.metric('penstock_workers{state="idle"}'), 2);
  t.is(await server.metric('penstock_release_info{release="faults@0123456789ab"}'), 1);
  t.is(await server.metric('penstock_queue_depth'), 0);
});

test('not ready without a living worker, ready again with one', async (t) => {
  const server = await serve(t, api('faults'));
  t.is((await server.admin('/ready')).status, 200);
  const { pid } = (await server.status()).workers[0]!;
  process.kill(pid, 'SIGSTOP');
  process.kill(pid, 'SIGKILL');
  await until(async () => (await server.admin('/ready')).status === 503);
  await until(async () => (await server.admin('/ready')).status === 200);
  t.pass();
});

test('requests are counted by declared route, method and status, and never by what callers invent', async (t) => {
  const server = await serve(t, api('wire'));
  await server.get('/users/1?x=1');
  await server.get('/users/22');
  await server.get('/invented/1');
  await server.get('/invented/2');
  await server.get('/files/a.txt');
  await server.get('/users/1', { method: 'DELETE' });
  await exchange(server.port, 'PROPFIND /users/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const counted = async (labels: string) => server.metric(`penstock_requests_total{${labels}}`);
  t.is(await counted('route="/users/<id:int>",method="GET",status="200"'), 2);
  t.is(await counted('route="unmatched",method="GET",status="404"'), 2);
  t.is(await counted('route="/files/*",method="GET",status="200"'), 1);
  t.is(await counted('route="/users/<id:int>",method="DELETE",status="405"'), 1);
  t.is(await counted('route="/users/<id:int>",method="OTHER",status="405"'), 1);
  t.is(await server.metric('penstock_request_duration_seconds_count{route="/users/<id:int>",method="GET"}'), 2);
  t.is(await server.metric('penstock_queue_wait_seconds_count'), 7);
  t.false((await server.admin('/metrics')).text.includes('invented'));
});

test('what the admin port does not have is 404 or 405, and refreshing needs a channel', async (t) => {
  const server = await serve(t, api('faults'));
  t.is((await server.admin('/nothing')).status, 404);
  t.is((await server.admin('/refresh')).status, 405);
  const refresh = await server.admin('/refresh', { method: 'POST' });
  t.is(refresh.status, 409);
  t.deepEqual(Object.keys(refresh.json() as object), ['error', 'detail']);
});
