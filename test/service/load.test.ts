import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { UserError } from '../../service/errors.ts';
import { filesOf, loadService, parseService } from '../../service/load.ts';
import { directoryOf } from '../support/releases.ts';

const parse = (text: string) => parseService(text, 'service.yaml', 'fallback');

/** The lines of the one error that a text gives. */
function mistakes(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof UserError) return error.message.split('\n');
    throw error;
  }
  return [];
}

test('a directory without a service.yaml has every default and no limit', async (t) => {
  const directory = await directoryOf(t, { 'My_Model/plumber.R': '' });
  t.deepEqual(await loadService(join(directory, 'My_Model')), {
    name: 'my-model',
    description: '',
    packages: [],
    workers: 'auto',
    concurrency: 1,
    startup: 'fork',
    gpu: false,
    limits: { timeout: undefined, queue: undefined, queueTimeout: undefined, body: undefined, workerMemory: undefined },
    routes: [],
    probes: [],
  });
});

test('every key is read, with its unit', async (t) => {
  const directory = await directoryOf(t, {
    'service.yaml': `
name: boston-housing
description: Median house value
packages: [randomForest]
workers: 3
concurrency: 2
startup: spawn
gpu: true
limits: { timeout: 10s, queue: 256, queueTimeout: 2s, body: 16mb, workerMemory: 2gb }
routes:
  POST /score:
    rows: df
    schema: schema.json
    batch: { maxRows: 10, splitRows: 20, maxWait: 1ms, headers: [Accept-Language] }
    cache: 60s
    access: [internal]
probes:
  - { name: first-ten, route: POST /score, body: probes/a.json, expect: probes/b.json, tolerance: 0.5, maxLatency: 500ms }
`,
    'schema.json': '{}',
    'probes/a.json': '{}',
    'probes/b.json': '[]',
  });
  const definition = await loadService(directory);
  t.deepEqual(definition, {
    name: 'boston-housing',
    description: 'Median house value',
    packages: ['randomForest'],
    workers: 3,
    concurrency: 2,
    startup: 'spawn',
    gpu: true,
    limits: { timeout: 10_000, queue: 256, queueTimeout: 2_000, body: 2 ** 24, workerMemory: 2 ** 31 },
    routes: [
      {
        method: 'POST',
        path: '/score',
        rows: 'df',
        schema: 'schema.json',
        batch: { maxRows: 10, splitRows: 20, maxWait: 1, headers: ['accept-language'] },
        cache: 60_000,
        access: ['internal'],
      },
    ],
    probes: [
      {
        name: 'first-ten',
        method: 'POST',
        path: '/score',
        body: 'probes/a.json',
        expect: 'probes/b.json',
        tolerance: 0.5,
        maxLatency: 500,
      },
    ],
  });
  t.deepEqual(filesOf(definition), ['schema.json', 'probes/a.json', 'probes/b.json']);
});

test('what a route, its batch or a probe leaves out has its default', (t) => {
  const { routes, probes } = parse(`
routes:
  POST /score: { rows: ., schema: s.json, batch: {} }
  POST /predict:
    rows: df
    schema: s.json
    batch:
  GET /users/<id:int>:
probes:
  - { name: one, route: GET /users/7?full=1 }
`);
  const batch = { maxRows: 512, splitRows: 5_000, maxWait: 0, headers: [] };
  t.deepEqual(
    routes.map((route) => route.batch),
    [batch, batch, undefined],
  );
  t.deepEqual(routes[2]?.access, ['standard', 'trial']);
  t.deepEqual(probes, [
    {
      name: 'one',
      method: 'GET',
      path: '/users/7?full=1',
      body: undefined,
      expect: undefined,
      tolerance: 1e-6,
      maxLatency: undefined,
    },
  ]);
});

test('all mistakes come at once, in order, each with its line, its place and what is expected', (t) => {
  t.deepEqual(
    mistakes(`name: Boston_Housing
workers: 0
limits: { timeout: 10, queueTimout: 2s }
routes:
  POST /score:
    cashe: 60s
    access: [standart]
  FETCH /x:
probes:
  - route: POST /score
`),
    [
      'service.yaml:1: name: expected a name of at most 63 lower-case letters, digits and inner hyphens, such as boston-housing (got "Boston_Housing")',
      'service.yaml:2: workers: expected auto, or a whole number of at least 1 (got 0)',
      'service.yaml:3: limits.timeout: expected a duration with its unit, such as 500ms, 10s, 1m or 1h (got 10)',
      'service.yaml:3: limits.queueTimout: unknown key; did you mean queueTimeout?',
      'service.yaml:6: routes.POST /score.cashe: unknown key; did you mean cache?',
      'service.yaml:7: routes.POST /score.access[0]: no such product; did you mean standard? (got "standart")',
      'service.yaml:8: routes.FETCH /x: expected a method and a path, such as POST /score or GET /users/<id:int>',
      'service.yaml:10: probes[0].name: missing; expected a name of letters, digits, hyphens, dots and underscores, 63 at most',
      'service.yaml:10: probes[0]: body is missing; expected a file with the body of the POST request',
    ],
  );
});

const contradictions: [string, string, RegExp][] = [
  ['batch needs rows', 'routes: { POST /s: { schema: s.json, batch: {} } }', /batch needs rows/],
  ['batch needs a schema', 'routes: { POST /s: { rows: df, batch: {} } }', /batch needs schema/],
  ['a schema needs rows', 'routes: { POST /s: { schema: s.json } }', /schema needs rows/],
  ['rows need a body', 'routes: { GET /s: { rows: df } }', /GET has none/],
  ['a route is there once', 'routes: { GET /s/<id>: {}, get /s/<name>: {} }', /the same route as GET \/s\/<id>/],
  [
    "a probe's name is its own",
    'probes: [{ name: a, route: GET /x }, { name: a, route: GET /y }]',
    /another probe has this one/,
  ],
  ['a probe of GET has no body', 'probes: [{ name: a, route: GET /x, body: b.json }]', /expected no body/],
  ['a probe calls a real path', 'probes: [{ name: a, route: GET /users/<id> }]', /values in place of parameters/],
  ['an unknown top-level key', 'replicas: 3', /^service.yaml:1: replicas: unknown key; known are name, description/],
  ['a file outside by ..', 'probes: [{ name: a, route: POST /x, body: ../b.json }]', /inside the service's directory/],
  ['an absolute file', 'probes: [{ name: a, route: POST /x, body: /etc/passwd }]', /inside the service's directory/],
  ['a text where a number belongs', 'workers: "2"', /auto, or a whole number of at least 1 \(got "2"\)/],
  ['a text where a flag belongs', 'gpu: "true"', /gpu: expected true or false \(got "true"\)/],
  ['a list where an object belongs', 'limits: [1]', /limits: expected an object with any of timeout, queue/],
  ['a text where the file belongs', 'just text', /^service.yaml:1: expected an object with any of name, description/],
  [
    'no time at all',
    'limits: { timeout: 0s }',
    /^service.yaml:1: limits.timeout: expected more than 0; .* \(got "0s"\)/,
  ],
  ['no memory at all', 'limits: { workerMemory: 0gb }', /^service.yaml:1: limits.workerMemory: expected more than 0/],
  ['a probe without time', 'probes: [{ name: a, route: GET /x, maxLatency: 0ms }]', /maxLatency: expected more than 0/],
  ['a second document', 'gpu: true\n---\ngpu: false', /^service.yaml:2: expected one YAML document/],
  ['a key twice', 'gpu: true\ngpu: false', /^service.yaml:2: Map keys must be unique/],
  ['YAML that breaks off', 'routes:\n  POST /x: [', /^service.yaml:2: /],
  ['an alias bomb', `a: &a [x]\nb: &b [${'*a, '.repeat(200)}]\nc: [${'*b, '.repeat(200)}]`, /alias/],
];
for (const [title, text, expected] of contradictions) {
  test(`refused: ${title}`, (t) => {
    const lines = mistakes(text);
    t.true(
      lines.some((line) => expected.test(line)),
      `expected ${expected} in:\n${lines.join('\n')}`,
    );
  });
}

test("an environment's own products may be named where they are given, and any where they are not known", (t) => {
  const text = 'routes: { GET /x: { access: [gold] } }';
  t.regex(mistakes(text)[0] ?? '', /no such product; known are standard, trial, internal/);
  t.deepEqual(parseService(text, 'f', 'n', { products: ['gold'] }).routes[0]?.access, ['gold']);
  t.deepEqual(parseService(text, 'f', 'n', { products: 'any' }).routes[0]?.access, ['gold']);
});

test('files that are named must be files inside the directory, links followed', async (t) => {
  const outside = await directoryOf(t, { 'secret.json': '{}' });
  const directory = await directoryOf(t, {
    'service.yaml': `
routes: { POST /a: { rows: df, schema: missing.json }, POST /b: { rows: df, schema: folder } }
probes:
  - { name: a, route: POST /a, body: link.json, expect: here/real.json }
`,
    'here/real.json': '{}',
  });
  await mkdir(join(directory, 'folder'));
  await symlink(join(outside, 'secret.json'), join(directory, 'link.json'));
  const file = join(directory, 'service.yaml');
  await t.throwsAsync(loadService(directory), {
    instanceOf: UserError,
    message: [
      `${file}:2: routes.POST /a.schema: there is no file missing.json in ${directory}`,
      `${file}:2: routes.POST /b.schema: folder is not a file`,
      `${file}:4: probes[0].body: link.json leads out of ${directory}`,
    ].join('\n'),
  });
});

test('a directory that is not there is said to be none', async (t) => {
  const directory = join(await directoryOf(t), 'none');
  await t.throwsAsync(loadService(directory), { instanceOf: UserError, message: /none is not a directory/ });
  await writeFile(directory, '');
  await t.throwsAsync(loadService(directory), { instanceOf: UserError, message: /none is not a directory/ });
});

test('any text gives a definition or a UserError, never another failure', (t) => {
  const keys = fc.constantFrom(
    'name',
    'limits',
    'routes',
    'probes',
    'workers',
    'batch',
    'POST /x',
    'access',
    'rows',
    'odd',
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue({ maxDepth: 0 }),
      fc.array(tie('value')),
      fc.dictionary(keys, tie('value')),
    ),
  }));
  fc.assert(
    fc.property(
      fc.oneof(
        value.map((any) => JSON.stringify(any)),
        fc.string(),
      ),
      (text) => {
        try {
          return typeof parse(text).name === 'string';
        } catch (error) {
          return error instanceof UserError && error.message.startsWith('service.yaml:');
        }
      },
    ),
    { numRuns: 300 },
  );
  t.pass();
});
