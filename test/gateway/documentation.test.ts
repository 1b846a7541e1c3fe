import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { policies } from '../../gateway/policies/registry.ts';
import { startGateway } from '../../gateway/start.ts';
import { call, folderWith, ManualClock, startBackend } from '../support/gateway.ts';

const document = await readFile(path.join(import.meta.dirname, '../../docs/gateway.md'), 'utf8');

/** The example's files, each named by the comment in its first line. */
const files = Object.fromEntries(
  [...document.matchAll(/```(?:yaml|xml)\n(?:# |<!-- )(\S+).*\n([^]*?)```/g)].map(([, name, text]) => [name!, text!]),
);

test.serial("the document's example runs as it is written", async (t) => {
  process.env.BACKEND_KEY = 'x';
  const backend = await startBackend(t, (_, response) => {
    response.writeHead(backend.received.length === 1 ? 503 : 200).end('[21.4]');
  });
  const yaml = files['gateway.yaml']!.replace('http://127.0.0.1:8000', backend.url);
  t.not(yaml, files['gateway.yaml']);
  const directory = await folderWith(t, { ...files, 'gateway.yaml': yaml });
  const clock = new ManualClock();
  const gateway = await startGateway(path.join(directory, 'gateway.yaml'), { clock, port: 0 });
  t.teardown(() => gateway.close());

  const headers = { 'Ocp-Apim-Subscription-Key': 'key-of-ann' };
  const score = { method: 'POST', headers, body: '[1,2]' };
  const first = call(`${gateway.url}/houses/score`, score);
  clock.advance(await clock.scheduled((delay) => delay === 1_000));
  t.like(await first, { status: 200, text: '[21.4]', headers: { 'x-remaining': '59' } });
  t.is(backend.received.length, 2);
  const seen = backend.received[1]!;
  t.like(seen, { url: '/score', headers: { 'x-caller': 'ann@example.org', 'x-backend-key': 'from-the-gateway' } });
  t.regex(seen.headers['x-correlation-id'] as string, /^[\da-f-]{36}$/);
  t.is(seen.headers['ocp-apim-subscription-key'], undefined);

  const operator = { headers: { 'Ocp-Apim-Subscription-Key': 'key-of-the-operator', 'x-correlation-id': 'mine' } };
  const report = await call(`${gateway.url}/houses/reports/2026/a/b`, operator);
  t.is(report.headers['x-remaining'], undefined);
  t.like(backend.received[2], {
    url: '/reports/2026/a/b',
    headers: { 'x-caller': 'nobody of scoring', 'x-correlation-id': 'mine' },
  });

  t.like(await call(`${gateway.url}/houses/score`, { method: 'POST' }), {
    status: 401,
    headers: { 'x-reason': 'SubscriptionKeyNotFound' },
  });
});

test('the document names exactly the policies that there are', (t) => {
  const section = /## Policies\n\n([^]*?)\.\n/.exec(document)![1]!;
  t.deepEqual(section.split(/,\s+/), [...policies.keys()].sort());
});
