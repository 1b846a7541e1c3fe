import test, { type ExecutionContext } from 'ava';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { autocannon, installed, type LoadGenerator, wrk } from '../../bench/load.ts';
import { checkAnswers, type Payload } from '../../bench/payload.ts';

const bodies = ['{"df":[1]}', '{"df":[2]}', '{"df":[3]}'];

/** Echoes the number in the body as an array; a body in `refused` gets 500. */
async function echo(t: ExecutionContext, refused?: string): Promise<{ url: string; seen: Set<string> }> {
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.add(`${request.method} ${request.url} ${body}`);
      response.writeHead(body === refused ? 500 : 200).end(/\[\d\]/.exec(body)?.[0]);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

async function payload(t: ExecutionContext): Promise<Payload> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-load-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const bodiesFile = join(directory, 'bodies.txt');
  await writeFile(bodiesFile, bodies.map((body) => `${body}\n`).join(''));
  return { bodiesFile, bodies, expected: ['[1]', '[2]', '[3]'] };
}

for (const generator of [wrk, autocannon] satisfies LoadGenerator[]) {
  const absent = generator === wrk && !installed('wrk');
  (absent ? test.skip : test)(`${generator.name} cycles through all bodies and counts refusals`, async (t) => {
    const { url, seen } = await echo(t);
    const good = await generator.run(url, await payload(t), 2, 1);
    t.deepEqual(
      [...seen].sort(),
      bodies.map((body) => `POST /score ${body}`),
    );
    t.is(good.errors, 0);
    t.true(good.rate > 0 && good.p99 >= good.p50);

    const { url: refusing } = await echo(t, bodies[1]);
    t.true((await generator.run(refusing, await payload(t), 2, 1)).errors > 0);
  });
}

test('a server whose answer to one row is wrong is not measured', async (t) => {
  const right = await payload(t);
  await t.notThrowsAsync(checkAnswers((await echo(t)).url, right));
  const wrong = { ...right, expected: ['[1]', '[2]', '[4]'] };
  await t.throwsAsync(checkAnswers((await echo(t)).url, wrong), { message: 'row 3: expected 200 [4], got 200 [3]' });
});
