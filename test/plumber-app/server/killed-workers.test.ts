import test from 'ava';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allIdle, send, serveRows } from '../../support/rows.ts';
import { api, serve, until } from '../../support/server.ts';

test('workers killed under load: batch routes answer all the same, elsewhere only the request in the worker fails', async (t) => {
  const server = await serveRows(t, { batching: ['/table', '/columns', '/texts'] });
  let isOver = false;
  let sent = 0;
  let answered = 0;
  let failed = 0;
  const call = async (path: string) => {
    const id = `id-${++sent}`;
    const answer = await send(server, { target: path, body: `{"df":[{"id":"${id}","x":${sent % 7}}]}` });
    answered += 1;
    return { id, answer };
  };
  const batched = async (path: string) => {
    while (!isOver) {
      const { id, answer } = await call(path);
      t.is(answer.status, 200, answer.text);
      t.true(answer.text.includes(`"${id}`));
    }
  };
  const single = async () => {
    while (!isOver) {
      const { id, answer } = await call('/alone');
      if (answer.status === 200) t.is(answer.text, `["${id}!"]`);
      else {
        t.is(answer.status, 502);
        failed += 1;
      }
    }
  };
  const callers = Promise.all([
    ...Array.from({ length: 12 }, (_, i) => batched(['/table', '/columns', '/texts'][i % 3]!)),
    ...Array.from({ length: 3 }, single),
  ]);
  const kills = 8;
  for (let kill = 0; kill < kills; kill++) {
    const { workers } = await server.status();
    const { pid } = workers[kill % workers.length]!;
    process.kill(pid, 'SIGKILL');
    const before = sent;
    await until(async () => {
      const now = (await server.status()).workers;
      return now.length === 2 && now.every((worker) => worker.pid !== pid);
    });
    // All that was on its way then has its answer.
    await until(() => answered >= before);
  }
  isOver = true;
  await callers;
  t.true(failed <= kills, `${failed} requests failed with ${kills} workers`);
  t.is(await server.metric('penstock_worker_restarts_total{reason="died"}'), kills);
  t.is(await server.metric('penstock_refusals_total{reason="worker-died"}'), failed || undefined);
  await allIdle(server, 2);
});

test('a large request whose worker is killed is answered all the same', async (t) => {
  const server = await serveRows(t, { batching: ['/table'] });
  const rows = Array.from({ length: 60_000 }, (_, i) => `{"id":"${i}","x":${i}.5,"s":"text"}`);
  const answer = send(server, { target: '/table', body: `{"df":[${rows.join(',')}]}` });
  const busy = await until(async () => {
    const { workers } = await server.status();
    return workers.every(({ state }) => state === 'busy') && workers[0];
  });
  process.kill(busy.pid, 'SIGKILL');
  const { status, text } = await answer;
  t.is(status, 200);
  t.deepEqual(
    (JSON.parse(text) as { id: string }[]).map(({ id }) => id),
    rows.map((_, i) => String(i)),
  );
  await allIdle(server, 2);
});

test('a request that kills every worker it gets is given up after the second', async (t) => {
  const server = await serveRows(t, { batching: ['/table'] });
  const killer = { target: '/table', body: '{"df":[{"id":"a","fault":"kill"}]}' };
  t.is((await send(server, killer)).status, 502);
  await until(async () => (await server.metric('penstock_worker_restarts_total{reason="died"}')) === 2);
  await allIdle(server, 2);
  t.is((await send(server, { ...killer, target: '/alone' })).status, 502);
  await allIdle(server, 2);
  t.is(await server.metric('penstock_worker_restarts_total{reason="died"}'), 3);
});

test('a call of a batch route is made again whatever its body is', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  t.teardown(() => rm(directory, { recursive: true }));
  await cp(api('rows'), directory, { recursive: true });
  const server = await serve(t, directory, { workers: 2 });
  await allIdle(server, 2);
  await writeFile(join(directory, 'kill-one'), '');
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const answer = await send(server, { target: '/texts', body: 'df=a&prefix=form', headers });
  t.is(answer.text, '["form/noneé/none"]');
  t.is(await server.metric('penstock_worker_restarts_total{reason="died"}'), 1);
});
