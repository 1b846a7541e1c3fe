import test from 'ava';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { configSchema } from '../../infra/config-schema.ts';
import { logAlerts, prometheusAlerts } from '../../infra/observability/alerts.ts';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

test('docs/operations.md says of each alert what it means and three things to do', async (t) => {
  const text = await read('docs/operations.md');
  for (const { name } of [...prometheusAlerts('x'), ...logAlerts('x')]) {
    const [, section] = new RegExp(`^### ${name}\n([^]*?)(?=^##|$(?![^]))`, 'm').exec(text) ?? [];
    t.is(section?.match(/^\d\. /gm)?.length, 3, name);
  }
});

/** The paths of a schema's keys: `network.nodes`; what is in a list belongs to its key. */
function* keysOf({ keys = {}, items = [] }: Described, path = ''): Generator<string> {
  for (const [key, inner] of Object.entries(keys)) {
    yield path + key;
    yield* keysOf(inner, `${path}${key}.`);
  }
  for (const item of items) yield* keysOf(item, path);
}

interface Described {
  readonly keys?: Readonly<Record<string, Described>>;
  readonly items?: readonly Described[];
}

test('docs/deploy.md says of each key of the configuration what it means', async (t) => {
  const [, table = ''] = /## The configuration\n([^]*?)\n## /.exec(await read('docs/deploy.md')) ?? [];
  const said = new Set([...table.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code!.replace(/\[\]/g, '').split('.')));
  const all = [...keysOf(configSchema.describe() as Described)];
  t.true(all.length > 60);
  const whole = [...table.matchAll(/`(\w+)\.\*`/g)].map(([, key]) => `${key}.`);
  for (const path of all)
    t.true(whole.some((start) => path.startsWith(start)) || said.has(path.split('.').at(-1)!), path);
});

test('the pipelines are YAML, sign in without a secret and deploy after tests, image and rehearsal', async (t) => {
  const workflow = parse(await read('.github/workflows/deploy.yml')) as {
    jobs: Record<string, { needs?: string[]; permissions?: Record<string, string> }>;
  };
  t.deepEqual(workflow.jobs['deploy']?.needs, ['test', 'image', 'rehearse']);
  t.is(workflow.jobs['plan']?.permissions?.['id-token'], 'write');
  const pipelines = await read('azure-pipelines.yml');
  t.notThrows(() => parse(pipelines) as unknown);
  for (const text of [pipelines, await read('.github/workflows/deploy.yml')]) {
    t.notRegex(text, /client-secret|secrets\.|ARM_CLIENT_SECRET/);
    t.regex(text, /npm run rehearse/);
  }
});
