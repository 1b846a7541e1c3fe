import test from 'ava';
import { Validator } from '@seriousme/openapi-schema-validator';
import { serveRows } from '../../support/rows.ts';
import type { Answer, TestServer } from '../../support/server.ts';

interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, { post: { parameters?: unknown[]; requestBody: unknown; responses: object } }>;
}

const ends: (() => unknown)[] = [];
let server: TestServer;
test.before(async () => {
  server = await serveRows({ teardown: (end) => void ends.push(end) }, { workers: 1, batching: [] });
});
test.after.always(() => Promise.all(ends.map((end) => end())));

const documentOf = (answer: Answer) => answer.json() as Document;

test('the document is valid OpenAPI and says what the rows are, where they go and what may go wrong', async (t) => {
  const answer = await server.get('/openapi.json');
  t.is(answer.status, 200);
  t.deepEqual(answer.all('content-length'), [String(answer.body.length)]);
  const document = documentOf(answer);
  const { valid, errors } = await new Validator().validate(
    structuredClone(document) as unknown as Record<string, unknown>,
  );
  t.true(valid, JSON.stringify(errors));
  const { parameters, requestBody, responses } = document.paths['/table']!.post;
  t.false(JSON.stringify(parameters ?? []).includes('"df"'));
  t.true(JSON.stringify(requestBody).includes('"level"'));
  t.true(
    ['200', '400', '422', '503', '504'].every((status) => status in responses),
    Object.keys(responses).join(),
  );
});

test('it names the address under which its caller sees the service', async (t) => {
  const urlFor = async (headers: Record<string, string>) =>
    documentOf(await server.get('/openapi.json', { headers })).servers[0]?.url;
  t.is(await urlFor({}), `http://127.0.0.1:${server.port}`);
  t.is(await urlFor({ Referer: 'http://elsewhere/page' }), `http://127.0.0.1:${server.port}`);
  const forwarded = {
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'api.example.com',
    'X-Forwarded-Prefix': '/boston',
  };
  t.is(await urlFor(forwarded), 'https://api.example.com/boston');
});

test('callers that take gzip get it so', async (t) => {
  const answer = await server.get('/openapi.json', { headers: { 'Accept-Encoding': 'gzip' } });
  t.deepEqual(answer.all('content-encoding'), ['gzip']);
});

test('Swagger UI is there, and reads this document', async (t) => {
  const page = await server.get('/__docs__/');
  t.is(page.status, 200);
  t.regex(page.text, /openapi\.json/);
});
