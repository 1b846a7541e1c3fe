import test, { type ExecutionContext } from 'ava';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, NoAnswer, readAnswer, sendBytes } from './exchange.ts';
import { malformed } from './malformed.ts';
import { exchange } from './replay.ts';
import { get, type ZooRequest } from './request.ts';
import { barePlumber, penstock, type Target, withTargets } from './target.ts';
import { missingPackages } from './zoo.ts';

const absent = await missingPackages(['base64enc', 'sodium']);

const api = (name: string): string => join(import.meta.dirname, 'apis', name);

async function answered(t: ExecutionContext, target: Target, request: ZooRequest): Promise<Answer> {
  const answer = await exchange(target, request);
  if (answer instanceof NoAnswer) throw answer;
  t.not(answer.status, 502, `${target.name}: ${request.target}`);
  return answer;
}

/** Of the tests that only send it something odd: they run side by side, and none may harm another. */
let shared: Target;
test.before(async () => {
  shared = await penstock(api('routing'), 3);
});
test.after.always(() => shared?.stop());

test('malformed HTTP leaves Penstock answering, during and after it', async (t) => {
  const sockets = malformed.map(({ bytes }): Socket => {
    const socket = connect(shared.port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.write(bytes);
    return socket;
  });
  const ask = () => Promise.all(Array.from({ length: 20 }, () => answered(t, shared, get('/x'))));
  const during = await ask();
  for (const socket of sockets) socket.destroy();
  for (const { status, body } of [...during, ...(await ask())]) {
    t.is(status, 200);
    t.is(body.toString(), '["x"]');
  }
});

test('pipelined requests on one connection are answered in their order', async (t) => {
  const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
  const requests = names.map((name, index) => {
    const last = index === names.length - 1 ? 'Connection: close\r\n' : '';
    return Buffer.from(`GET /name/${name} HTTP/1.1\r\nHost: zoo.example\r\n${last}\r\n`);
  });
  let bytes = await sendBytes(shared.port, [Buffer.concat(requests)]);
  for (const name of names) {
    const { answer, rest } = readAnswer(bytes, 'GET');
    t.deepEqual((JSON.parse(answer.body.toString()) as { name: string[] }).name, [name]);
    bytes = rest;
  }
  t.is(bytes.length, 0);
});

test('after HEAD the connection carries the next answer whole', async (t) => {
  const head = 'HEAD /both HTTP/1.1\r\nHost: zoo.example\r\n\r\n';
  const next = 'GET /both HTTP/1.1\r\nHost: zoo.example\r\nConnection: close\r\n\r\n';
  const first = readAnswer(await sendBytes(shared.port, [Buffer.from(head + head + next)]), 'HEAD');
  const second = readAnswer(first.rest, 'HEAD');
  const third = readAnswer(second.rest, 'GET');
  t.deepEqual(
    [first, second, third].map(({ answer }) => answer.status),
    [200, 200, 200],
  );
  t.is(third.answer.body.toString(), '["GET"]');
  t.is(third.rest.length, 0);
});

test('the exit hook runs in every worker when Penstock stops', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-zoo-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await cp(api('hooks'), directory, { recursive: true });
  await writeFile(join(directory, 'exits.txt'), '');
  await withTargets([penstock(directory, 3)], async (target) => {
    await answered(t, target, get('/plain'));
  });
  t.is(await readFile(join(directory, 'exits.txt'), 'utf8'), 'ended\nended\nended\n');
});

test('with concurrency above 1 requests to one worker overlap their waits, as under bare Plumber', async (t) => {
  const gates = join(import.meta.dirname, 'gates');
  await withTargets([barePlumber(gates), penstock(gates, 1)], async (...targets) => {
    for (const target of targets) {
      const waiting = [answered(t, target, get('/wait/a')), answered(t, target, get('/wait/b'))];
      const count = async () => (await answered(t, target, get('/waiting'))).body.toString();
      while ((await count()) !== '[2]');
      await answered(t, target, get('/open/b'));
      t.is((await waiting[1])?.body.toString(), '["opened"]', target.name);
      await answered(t, target, get('/open/a'));
      t.is((await waiting[0])?.body.toString(), '["opened"]', target.name);
    }
  });
});

(absent.length > 0 ? test.skip : test)(
  `a session sealed by bare Plumber opens in Penstock, and the other way round${absent.map((name) => ` (needs the R package ${name})`).join('')}`,
  async (t) => {
    await withTargets([barePlumber(api('sessions')), penstock(api('sessions'), 3)], async (bare, pool) => {
      const session = new Map<string, string>();
      for (const [index, target] of [bare, pool, pool, bare, pool, bare].entries()) {
        const answer = await exchange(target, get('/count', [], { jar: true }), session);
        if (answer instanceof NoAnswer) throw answer;
        t.is(answer.body.toString(), `[${index + 1}]`, target.name);
      }
    });
  },
);
