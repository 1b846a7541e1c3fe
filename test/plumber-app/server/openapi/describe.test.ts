import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describeApi, type Description, type RouteFacts } from '../../../../plumber-app/server/openapi/describe.ts';
import type { Route, ServiceDefinition } from '../../../../service/definition.ts';
import { loadService, parseService } from '../../../../service/load.ts';
import { exampleRelease } from '../../../support/example.ts';
import { ROracle } from '../../../support/r-oracle.ts';

const oracle = new ROracle();
test.after.always(() => oracle.close());

const TYPED = `
#* @apiTitle Typed
#* @apiVersion 2.1

#* @param df:[object] Rows
#* @param level:double The level
#* @param label:string* A text in the body
#* @response 404 No such user
#* @post /users/<id:int>/score
function(id, df, level = 0.950, label) {}

#* @post /predict
function(x, y, other) {}

#* @post /csv
#* @serializer csv
function(df) {}

#* @get /users/<id:int>
#* @response 404 No such user
function(id, verbose = FALSE) {}

#* @post /upload
#* @param f:file
#* @parser multi
function(f) {}

#* @plumber
function(pr) pr_set_api_spec(pr, function(spec) {
  spec$info$contact <- list(name = "A. N. Other")
  spec
})
`;
const DEFINITION = `
name: typed
limits: { timeout: 5s, body: 1mb }
routes:
  POST /users/<id:int>/score: { rows: df, schema: schema.json, batch: {} }
  POST /predict: { rows: ., schema: schema.json }
  POST /csv: { rows: df }
  POST /not-there: { rows: df }
  GET /users/<id:int>: {}
`;
const SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: {
    x: { type: ['number', 'null'], exclusiveMinimum: 0, $comment: 'a remark' },
    y: { enum: ['a', 'b', null] },
    z: { $ref: '#/definitions/z' },
    u: { anyOf: [{ type: 'integer' }, { type: 'null' }], examples: [1] },
    v: { type: ['string', 'boolean'] },
    w: { const: 1 },
  },
  definitions: { z: { type: 'array', items: { type: 'string', format: 'date' } } },
  required: ['x'],
  if: { required: ['y'] },
};

interface Operation {
  readonly parameters: { name: string }[];
  readonly requestBody?: {
    required: boolean;
    content: Record<string, { schema: Record<string, unknown>; examples?: object }>;
  };
  readonly responses: Record<
    string,
    { description: string; content?: Record<string, { schema: unknown; examples?: object }> }
  >;
}
interface Document {
  readonly servers: { url: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
}

async function validated(text: string): Promise<Document> {
  const document = JSON.parse(text) as Document;
  const { valid, errors } = await new Validator().validate(JSON.parse(text) as Record<string, unknown>);
  if (!valid) throw new Error(JSON.stringify(errors, null, 1));
  return document;
}

function typed(
  written: string,
  base = 'https://api.example.com/typed',
  facts: Description['facts'] = () => undefined,
): string {
  return describeApi(written, { definition: parseService(DEFINITION, 'service.yaml', 'typed'), facts, base });
}

const examples = [
  { name: 'one', request: { df: [{ x: 1, y: 'a' }], level: 0.9 }, response: [1.5, 'NA'] },
  { name: 'bare', request: undefined, response: undefined },
];
const facts = (route: Route): RouteFacts | undefined =>
  route.schema === undefined ? undefined : { schema: SCHEMA, examples };

let written: string;
test.before(async () => {
  await oracle.define('typed', TYPED);
  written = await oracle.openapi('typed');
});

test('the document of an API with typed paths becomes valid, and says what the bodies are', async (t) => {
  const { servers, paths } = await validated(typed(written, undefined, facts));
  t.deepEqual(servers, [{ url: 'https://api.example.com/typed' }]);
  const score = paths['/users/{id}/score']!['post']!;
  t.deepEqual(score.parameters.map(({ name }) => name).sort(), ['id', 'label', 'level']);
  const { required, content } = score.requestBody!;
  t.true(required);
  const row = {
    type: 'object',
    required: ['x'],
    properties: {
      x: { type: 'number', nullable: true, minimum: 0, exclusiveMinimum: true },
      y: { enum: ['a', 'b', null], nullable: true },
      z: { type: 'array', items: { type: 'string', format: 'date' } },
      u: { example: 1, anyOf: [{ type: 'integer', nullable: true }] },
      v: { anyOf: [{ type: 'string' }, { type: 'boolean' }] },
      w: { enum: [1] },
    },
  };
  const { schema, examples: shown } = content['application/json']!;
  t.deepEqual((schema['properties'] as { df: unknown }).df, { type: 'array', items: row });
  t.deepEqual(schema['required'], ['df']);
  t.deepEqual(shown, { one: { value: examples[0]!.request } });
  t.deepEqual(
    Object.keys(score.responses),
    ['200', '500', 'default', '404', '400', '413', '422', '502', '503', '504'].sort(byNumber),
  );
  t.is(score.responses['404']!.description, 'No such user');
  t.deepEqual(score.responses['200']!.content?.['application/json']?.schema, { type: 'array', items: {} });
});

function byNumber(a: string, b: string): number {
  return (Number(a) || Infinity) - (Number(b) || Infinity);
}

test('where the body is the array, its schema is the body, and its columns are no query parameters', async (t) => {
  const { paths } = await validated(typed(written, undefined, facts));
  const predict = paths['/predict']!['post']!;
  t.deepEqual(
    predict.parameters.map(({ name }) => name),
    ['other'],
  );
  t.is(predict.requestBody!.content['application/json']!.schema['type'], 'array');
});

test('an answer that Plumber describes stays as it is described', async (t) => {
  const { paths } = await validated(typed(written, undefined, facts));
  t.deepEqual(Object.keys(paths['/csv']!['post']!.responses['200']!.content!), ['text/csv']);
  t.is(paths['/csv']!['post']!.responses['422'], undefined);
});

test('all else stays as Plumber wrote it, to the byte and in its order', (t) => {
  const empty: Description = {
    definition: parseService('name: x', 'service.yaml', 'x'),
    facts: () => undefined,
    base: '',
  };
  const mended = written.replaceAll(/"required":("\w+")/g, '"required":[$1]');
  t.not(mended, written);
  t.is(describeApi(written, empty), mended.replace('"servers":[{"url":""}]', '"servers":[{"url":"/"}]'));
  const described = typed(written, '', facts);
  const other = /"\/users\/\{id\}":\{.*?\}\]\}\}/.exec(mended)![0];
  t.true(described.includes(other));
  t.true(described.includes('"200":{"description":"OK"},"500":'));
});

test('a server that the service names itself stays', (t) => {
  const named = written.replace('"url":""', '"url":"https://named.example.com"');
  t.true(typed(named).includes('"servers":[{"url":"https://named.example.com"}]'));
});

test('a document in the words of OpenAPI 3.1 keeps the schema as it is', async (t) => {
  const newer = written.replace('"openapi":"3.0.3"', '"openapi":"3.1.0"');
  const schema = { type: 'object', properties: { x: { type: ['number', 'null'] } } };
  const { paths } = await validated(typed(newer, undefined, () => ({ schema, examples: [] })));
  const body = paths['/users/{id}/score']!['post']!.requestBody!.content['application/json']!.schema;
  t.deepEqual((body['properties'] as { df: { items: unknown } }).df.items, schema);
});

test('the document of the example service is valid, with examples from its probes', async (t) => {
  const directory = await exampleRelease();
  await oracle.plumb('example', join(directory, 'plumber.R'));
  const definition: ServiceDefinition = await loadService(directory);
  const json = async (file: string | undefined) =>
    file === undefined ? undefined : (JSON.parse(await readFile(join(directory, file), 'utf8')) as unknown);
  const [probe] = definition.probes;
  const found = { name: probe!.name, request: await json(probe!.body), response: await json(probe!.expect) };
  const schema = await json(definition.routes[0]!.schema);
  const text = describeApi(await oracle.openapi('example'), {
    definition,
    facts: () => ({ schema, examples: [found] }),
    base: 'http://127.0.0.1:8000',
  });
  const { paths } = await validated(text);
  const score = paths['/score']!['post']!;
  t.deepEqual(score.parameters, []);
  const { schema: body, examples: shown } = score.requestBody!.content['application/json']!;
  const { items } = (body['properties'] as { df: { items: { properties: object } } }).df;
  t.is(Object.keys(items.properties).length, 13);
  const rows = (shown as Record<string, { value: { df: unknown[] } }>)[probe!.name]!.value.df;
  t.deepEqual(rows, (found.request as { df: unknown[] }).df.slice(0, 5));
  t.deepEqual(score.responses['200']!.content!['application/json']!.schema, {
    type: 'array',
    items: { type: 'number' },
  });
});
