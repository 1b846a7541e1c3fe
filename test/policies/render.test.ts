import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { renderPolicies } from '../../policies/render.ts';
import { parseService } from '../../service/load.ts';
import { products } from '../../service/products.ts';
import { checkGateway } from '../../gateway/start.ts';
import { runGateway, startBackend } from '../support/gateway.ts';
import { penstock } from '../support/penstock.ts';
import { directoryOf } from '../support/releases.ts';

const schemas = join(import.meta.dirname, '../../../shared/apim-xsd/validate.mjs');
const full = {
  entra: {
    tenantId: '00000000-0000-0000-0000-000000000001',
    audiences: ['api://penstock'],
    roles: ['Score.Read'],
  },
  clientCertificateId: 'scoring',
};
const service = parseService(
  `
name: everything
limits: { timeout: 1500ms, queueTimeout: 1s, body: 16mb }
routes:
  POST /score: { access: [standard] }
  GET /rows/<id:int>/it's: { access: [trial] }
  GET /: { access: [trial] }
  GET /open(//*bracket/{{team}}: { access: [trial] }
`,
  'service.yaml',
  'everything',
);
const documents = (options = {}) => renderPolicies({ services: [service], products: products(), options });
const api = (options = {}) => documents(options).find(({ scope }) => scope === 'api')!;

async function inFolder(t: { teardown(fn: () => unknown): void }, options: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'penstock-policies-'));
  t.teardown(() => rm(folder, { recursive: true }));
  for (const { file, xml } of documents(options)) await writeFile(join(folder, file.replaceAll('/', '-')), xml);
  return folder;
}

for (const [name, options] of Object.entries({ local: {}, cloud: full })) {
  (existsSync(schemas) ? test : test.skip)(`Microsoft's schemas accept every document (${name})`, async (t) => {
    const folder = await inFolder(t, options);
    const files = (await readdir(folder)).map((file) => join(folder, file));
    const { stdout } = await promisify(execFile)('node', [schemas, ...files]);
    t.regex(stdout, /^5 passed, 0 failed$/m);
  });
}

test('the gateway executes every document', async (t) => {
  const folder = await inFolder(t, {});
  const { loaded } = await checkGateway(
    {
      policy: 'global.xml',
      backends: [{ id: 'scoring-everything', url: 'http://127.0.0.1:1' }],
      apis: [
        {
          id: 'everything',
          path: 'everything',
          policy: 'apis-everything.xml',
          operations: [{ id: 'any', method: 'GET', urlTemplate: '/*' }],
        },
      ],
      products: ['standard', 'trial', 'internal'].map((id) => ({
        id,
        apis: ['everything'],
        policy: `products-${id}.xml`,
      })),
    },
    { directory: folder },
  );
  t.truthy(loaded);
});

test('a document names what must exist before it is deployed', (t) => {
  t.deepEqual(api(full).references, {
    backends: ['scoring-everything'],
    namedValues: [],
    fragments: [],
    certificates: ['scoring'],
  });
});

test('the call is forwarded within the time that the service allows, rounded up, and a margin', (t) => {
  t.regex(api().xml, /<forward-request timeout="8" buffer-request-body="true" \/>/);
});

test('the key is taken away before the backend, from header and query', (t) => {
  t.regex(api().xml, /<set-header name="Ocp-Apim-Subscription-Key" exists-action="delete" \/>/);
  t.regex(api().xml, /<set-query-parameter name="subscription-key" exists-action="delete" \/>/);
});

test('a token is asked for only where the environment says so', (t) => {
  t.notRegex(api().xml, /validate-azure-ad-token/);
  t.regex(api(full).xml, /<validate-azure-ad-token tenant-id="00000000-0000-0000-0000-000000000001">/);
});

test('where a token is asked for, a key of the internal product is enough, and no other is', async (t) => {
  const backend = await startBackend(t);
  const operations = [{ id: 'any', method: 'GET', urlTemplate: '/*' }];
  const { call } = await runGateway(
    t,
    {
      backends: [{ id: 'scoring-everything', url: backend.url }],
      apis: [{ id: 'everything', path: 'everything', policy: 'api.xml', operations }],
      products: ['standard', 'internal'].map((id) => ({ id, apis: ['everything'] })),
      subscriptions: [
        { id: 'caller', primaryKey: 'callers', scope: 'product/standard' },
        { id: 'probes', primaryKey: 'probes', scope: 'product/internal' },
        { id: 'owner', primaryKey: 'owners', scope: 'api/everything' },
      ],
    },
    { 'api.xml': api({ entra: full.entra }).xml },
  );
  const status = async (key: string) =>
    (await call('/everything/x', { headers: { 'Ocp-Apim-Subscription-Key': key } })).status;
  t.deepEqual([await status('probes'), await status('callers'), await status('owners')], [200, 401, 401]);
});

test('a product without limits has none, one with limits both', (t) => {
  const xml = (name: string) => documents().find((document) => document.name === name)!.xml;
  t.notRegex(xml('internal'), /rate-limit|quota/);
  t.regex(
    xml('standard'),
    /<rate-limit calls="1200" renewal-period="60" \/>\s*<quota calls="100000" renewal-period="86400" \/>/,
  );
});

test('penstock policies writes the files, and takes away only its own old ones', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'penstock-policies-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const first = await directoryOf(t, { 'service.yaml': 'name: first\n' });
  const second = await directoryOf(t, { 'service.yaml': 'name: second\n' });
  await writeFile(join(folder, 'mine.xml'), '<mine/>');
  t.is((await penstock(['policies', '--out', folder, '--service', first])).code, 0);
  t.is((await penstock(['policies', '--out', folder, '--service', second])).code, 0);
  t.deepEqual(await readdir(join(folder, 'apis')), ['second.xml']);
  t.is(await readFile(join(folder, 'mine.xml'), 'utf8'), '<mine/>');
});
