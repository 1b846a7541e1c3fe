import test, { type ExecutionContext } from 'ava';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { merges, send, serveRows } from '../../support/rows.ts';
import { api, serve, type TestServer, until, working } from '../../support/server.ts';

interface Batching {
  readonly batching: readonly { readonly route: string; readonly merged: boolean; readonly reason: string | null }[];
}

const ends: (() => unknown)[] = [];
let server: TestServer;
test.before(async () => {
  server = await serveRows({ teardown: (end) => void ends.push(end) }, { workers: 1 });
});
test.after.always(() => Promise.all(ends.map((end) => end())));

test('routes whose answers merged are not those obtained alone are left alone, with a word in log, metrics and status', async (t) => {
  const { batching } = (await server.status()) as unknown as Batching;
  const of = (path: string) => batching.find(({ route }) => route === `POST ${path}`);
  for (const path of ['/table', '/columns', '/texts', '/tenant', '/predict']) {
    t.deepEqual(of(path), { route: `POST ${path}`, merged: true, reason: null });
    t.is(await server.metric(`penstock_batching{route="POST ${path}"}`), 1);
  }
  for (const [path, why] of [
    ['/random', /the call is not pure/],
    ['/shared', /depends on request headers that batch\.headers does not name \(Origin\)/],
    ['/unboxed', /not an array of one element a row/],
  ] as const) {
    const { merged, reason } = of(path)!;
    t.false(merged);
    t.regex(reason ?? '', why);
    t.is(await server.metric(`penstock_batching{route="POST ${path}"}`), 0);
    const warnings = server.log.filter((line) => line.msg === 'requests are not merged') as { route?: string }[];
    t.true(warnings.some(({ route }) => route === `POST ${path}`));
  }
  t.is(of('/alone'), undefined);
});

test('their requests are answered one by one', async (t) => {
  const busy = await working(t, server);
  const waiting = Array.from({ length: 8 }, (_, i) =>
    send(server, { target: '/unboxed', body: `{"df":[{"id":"${'a'.repeat(i)}"}]}` }),
  );
  await until(async () => (await server.status()).queue.depth === waiting.length);
  await busy.finish();
  const texts = (await Promise.all(waiting)).map(({ text }) => text);
  t.deepEqual(texts, ['0', '1.5', '3', '4.5', '6', '7.5', '9', '10.5']);
  t.is((await merges(server, 'POST /unboxed')).calls, 0);
});

/** A copy of the API to change. */
async function copied(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  t.teardown(() => rm(directory, { recursive: true }));
  await cp(api('rows'), directory, { recursive: true });
  return directory;
}

test('a worker that dies during the comparison does not speak against merging', async (t) => {
  const directory = await copied(t);
  await writeFile(join(directory, 'kill-one'), '');
  const started = await serve(t, directory, { workers: 2 });
  t.is(await started.metric('penstock_worker_restarts_total{reason="died"}'), 1);
  t.is(await started.metric('penstock_batching{route="POST /table"}'), 1);
});

test('a start that is given up during the comparison ends at once', async (t) => {
  const directory = await copied(t);
  await writeFile(join(directory, 'probes/rows.json'), '{"df":[{"id":"a","fault":"loop"},{"id":"b","fault":"loop"}]}');
  const end = new AbortController();
  const log: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => log.push(line) });
  const starting = serve(t, directory, { workers: 1, logger, signal: end.signal });
  await until(() => log.some((line) => line.includes('looping')));
  end.abort();
  await t.throwsAsync(starting);
});
