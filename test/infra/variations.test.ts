import test from 'ava';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesise } from '../../infra/rehearsal/synthesised.ts';
import { variations } from '../../infra/rehearsal/variations.ts';

const root = join(import.meta.dirname, '..', '..');
const workspace = await mkdtemp(join(tmpdir(), 'penstock-variations-'));

const all = await Promise.all(
  ['dev', 'prod', ...Object.keys(variations)].map(async (name) => ({
    name,
    ...(await synthesise(name, root, workspace)),
  })),
);

test.after.always(() => rm(workspace, { recursive: true }));

for (const { name, environment, stacks } of all) {
  test(`${name} can be rehearsed`, async (t) => {
    t.is(environment.environment, name);
    const edge = await readFile(join(stacks, 'edge', 'cdk.tf.json'), 'utf8');
    const deployed = environment.services.filter(({ image }) => image !== undefined);
    t.is(deployed.length > 0, edge.includes('"azurerm_api_management_api"'));
  });
}

test('together they make every choice once', (t) => {
  const chosen = (choice: (environment: (typeof all)[number]['environment']) => unknown) =>
    [...new Set(all.map(({ environment }) => String(choice(environment))))].sort();
  t.deepEqual(
    chosen(({ cluster }) => cluster.access),
    ['authorisedRanges', 'private'],
  );
  t.deepEqual(
    chosen(({ tls }) => tls.issuer),
    ['keyvault', 'letsencrypt', 'letsencrypt-staging'],
  );
  t.deepEqual(
    chosen(({ apiManagement }) => apiManagement.tier),
    ['Developer', 'StandardV2'],
  );
  for (const isSet of [
    chosen(({ entra }) => entra !== undefined),
    chosen(({ network }) => network.runner !== undefined),
    chosen(({ cluster }) => cluster.gpu !== undefined),
    chosen(({ cluster }) => cluster.scoring.spot),
    chosen(({ apiManagement }) => apiManagement.customDomain !== undefined),
    chosen(({ services }) => services.length > 1),
    chosen(({ services }) => services.every(({ image }) => image === undefined)),
  ]) {
    t.deepEqual(isSet, ['false', 'true']);
  }
});
