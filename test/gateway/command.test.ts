import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import test from 'ava';
import { call, folderWith, startBackend } from '../support/gateway.ts';
import { penstock } from '../support/penstock.ts';

const main = path.join(import.meta.dirname, '../../cli/main.ts');

const yaml = (serviceUrl: string) => `
apis:
  - { id: a, displayName: An API, path: a, serviceUrl: '${serviceUrl}', subscriptionRequired: false, policy: a.xml,
      operations: [{ id: get, method: GET, urlTemplate: '/*' }] }
`;

test('penstock gateway serves a file until Ctrl-C, and then leaves nothing behind', async (t) => {
  const backend = await startBackend(t);
  const directory = await folderWith(t, {
    'gateway.yaml': yaml(backend.url),
    'a.xml': `<policies><inbound><trace source="s" severity="verbose"><message>told</message></trace></inbound>
      <outbound><set-header name="x"><value>@("y")</value></set-header></outbound></policies>`,
  });
  const child = spawn(process.execPath, [
    main,
    'gateway',
    path.join(directory, 'gateway.yaml'),
    '--port',
    '0',
    '--json',
  ]);
  const exited = once(child, 'close');
  t.teardown(() => child.kill('SIGKILL'));
  let [printed, logged] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (logged += text));
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.endsWith('}\n')) break;
  }
  const { url, apis } = JSON.parse(printed) as { url: string; apis: { name: string; url: string }[] };
  t.deepEqual(apis, [{ id: 'a', name: 'An API', url: `${url}/a` }] as never);
  t.like(await call(`${url}/a/b`), { status: 200, headers: { x: 'y' } });
  child.kill('SIGINT');
  t.deepEqual(await exited, [0, null]);
  t.like(JSON.parse(logged), { source: 's', msg: 'told' });
});

test('--check only loads, and says everything that is wrong', async (t) => {
  const directory = await folderWith(t, {
    'gateway.yaml': yaml('http://127.0.0.1:1'),
    'a.xml': '<policies>\n<inbound><jsonp />\n<set-header /></inbound></policies>',
  });
  const file = path.join(directory, 'gateway.yaml');
  const { code, stderr } = await penstock(['gateway', file, '--check']);
  t.is(code, 1);
  t.is(
    stderr,
    `penstock: a.xml:2: the policy jsonp is not one that this gateway executes
a.xml:3: set-header: the attribute name is missing
a.xml:3: set-header: a value is missing
`,
  );
});
