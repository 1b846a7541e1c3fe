import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { send } from '../../cli/call/send.ts';
import { openState, runningStack } from '../../cli/stack/state.ts';
import { penstock } from '../support/penstock.ts';
import { startUp, type RunningStack } from '../support/stack.ts';

const api = `
#* @post /double
function(x) x * 2
#* @get /picture
#* @serializer contentType list(type = "image/png")
function() as.raw(c(137, 80, 78, 71, 0, 1))
`;
const definition = `name: doubles
probes:
  - { name: two, route: POST /double, body: two.json, expect: four.json }
`;
const files = { 'plumber.R': api, 'service.yaml': definition, 'two.json': '{"x":2}', 'four.json': '[4]' };

let directory: string;
let stack: RunningStack;
let here: string[];

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'penstock call '));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  stack = await startUp(['--service', directory]);
  here = ['--state', stack.state];
});

test.after.always(async () => {
  await stack?.stop();
  if (directory) await rm(directory, { recursive: true, force: true });
});

test('without an argument it sends the first probe of the stack that runs, and says what came back', async (t) => {
  const { code, stdout, stderr } = await penstock(['call', ...here]);
  t.is(code, 0, stderr);
  const { release, url } = stack.report.services[0]!;
  t.regex(
    stdout,
    new RegExp(`^POST ${url}/double\n  200  ${release}  [\\d.]+ ms\n\\[4\\]\nas the probe two expects\n$`),
  );
});

test('a probe of a directory that is answered otherwise fails, with the place', async (t) => {
  const other = await mkdtemp(join(tmpdir(), 'penstock-call-'));
  for (const [name, text] of Object.entries({ ...files, 'four.json': '[5]' })) await writeFile(join(other, name), text);
  const { code, stderr } = await penstock(['call', other, '--probe', 'two', ...here]);
  t.is(code, 1);
  t.regex(stderr, /did not answer as the probe two expects: \$\[0\] is 4, expected 5/);
  await rm(other, { recursive: true });
});

test('--route and --body say what to send, --times how often', async (t) => {
  const body = join(directory, 'seven.json');
  await writeFile(body, '{"x":7}');
  const args = ['call', '--route', 'POST /double', '--body', body, '--times', '3', '--json', ...here];
  const { code, stdout, stderr } = await penstock(args);
  t.is(code, 0, stderr);
  const result = JSON.parse(stdout) as { calls: { status: number }[]; answer: string; ok: boolean; probe?: string };
  t.like(result, { answer: '[14]', ok: true });
  t.deepEqual(
    result.calls.map(({ status }) => status),
    [200, 200, 200],
  );
  t.false('probe' in result);
});

test('through any gateway, with the key of the environment, which is never printed', async (t) => {
  const { url, key } = stack.report;
  const scored = await penstock(['call', directory, '--url', `${url}/`], { PENSTOCK_KEY: key });
  t.is(scored.code, 0, scored.stderr);
  t.regex(scored.stdout, /as the probe two expects/);
  t.false((scored.stdout + scored.stderr).includes(key));

  const help = await penstock(['call', '--help'], { PENSTOCK_KEY: key });
  t.false(help.stdout.includes(key));
  const nowhere = await penstock(['call', directory, '--url', 'http://127.0.0.1:9'], { PENSTOCK_KEY: key });
  t.is(nowhere.code, 1);
  t.regex(nowhere.stderr, /^penstock: no answer from http:\/\/127\.0\.0\.1:9\/doubles\/double: .*ECONNREFUSED.*\n$/);
  t.false(nowhere.stderr.includes(key));
});

test("a refused call ends with 1 and the gateway's own message", async (t) => {
  const api = `${stack.report.url}/doubles`;
  const wrong = await penstock(['call', '--url', api, '--key', 'wrong', '--route', 'GET /picture']);
  t.is(wrong.code, 1);
  t.regex(
    wrong.stderr,
    /answered 401: \{ "statusCode": 401, "message": "Access denied due to invalid subscription key/,
  );
  const none = await penstock(['call', '--url', api, '--route', 'GET /picture']);
  t.regex(none.stderr, /missing subscription key/);
});

test('an answer that is no text is not written to the terminal', async (t) => {
  const { stdout } = await penstock(['call', '--route', 'GET /picture', ...here]);
  t.regex(stdout, /\(6 bytes of image\/png\)/);
});

test('what cannot be called is said in one line', async (t) => {
  const empty = await mkdtemp(join(tmpdir(), 'penstock-no-stack-'));
  const mistakes: [string[], RegExp][] = [
    [['call', '--state', empty], /no local stack runs in .*--url .*--env/],
    [['call', 'triples', ...here], /the local stack has no service triples; it has doubles/],
    [['call', './triples', ...here], /\.\/triples is not a directory/],
    [['call', '--probe', 'three', ...here], /no probe three; the service has two/],
    [['call', '--subscription', 'gold', ...here], /no subscription gold; it has standard, trial/],
    [['call', '--body', join(empty, 'x.json'), ...here], /the body .*x\.json cannot be read/],
    [['call', '--url', 'nowhere'], /nowhere is not a URL/],
    [['call', '--url', 'http://127.0.0.1:9', '--env', 'dev'], /--url or --env, but not both/],
    [['call', '--env', 'staging'], /staging/],
  ];
  for (const [args, message] of mistakes) {
    const { code, stderr } = await penstock(args);
    t.is(code, 1, args.join(' '));
    t.regex(stderr, message);
    t.notRegex(stderr, /\n {4}at /);
  }
  t.is((await penstock(['call', '--route', '/double', ...here])).code, 2);
  await rm(empty, { recursive: true });
});

test('headers go with the call, and redirects are answers', async (t) => {
  const server = createServer((request, response) => {
    response.writeHead(302, { location: '/elsewhere' }).end(JSON.stringify(request.headers));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  const answer = await send({ method: 'GET', url, body: undefined, headers: { authorization: 'Bearer t' } }, 'k');
  t.is(answer.status, 302);
  t.like(JSON.parse(answer.body), { authorization: 'Bearer t', 'ocp-apim-subscription-key': 'k' });
  server.close();
});

test('a folder that a stack has left, or was killed in, has no stack that runs; a lock with the own id is an old one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'penstock-state-'));
  const addresses = { gateway: 'http://127.0.0.1:1', store: 'http://127.0.0.1:2', services: [] };
  const state = await openState(folder);
  await state.keys(['standard']);
  t.is(await runningStack(folder), undefined);
  await state.announce(addresses);
  t.like(await runningStack(folder), addresses);

  const again = await openState(folder);
  t.is(await runningStack(folder), undefined);
  await again.announce(addresses);
  await writeFile(join(folder, 'lock'), '4194304');
  t.is(await runningStack(folder), undefined);
  await again.release();

  await writeFile(join(folder, 'keys.json'), '{"standard": "');
  await t.throwsAsync(again.keys(['standard']), { name: 'UserError', message: /keys\.json is damaged: remove it/ });
  await rm(folder, { recursive: true });
});
