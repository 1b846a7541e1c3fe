import test from 'ava';
import fc from 'fast-check';
import { joinAnswers, splitRows } from '../../../../plumber-app/server/batch/split.ts';
import type { Schema } from '../../../../plumber-app/server/rows/rules.ts';
import type { Scan } from '../../../../plumber-app/server/rows/scan.ts';
import { isRefusal } from '../../../../plumber-app/server/rows/validate.ts';
import { ROracle } from '../../../support/r-oracle.ts';
import { callRoute, defineRoutes, readerOf } from '../../../support/trial.ts';

const oracle = new ROracle();
test.before(() => defineRoutes(oracle));
test.after.always(() => oracle.close());

const SCHEMA: Schema = { type: 'object', properties: { x: { type: ['number', 'null'] } } };

function read(rows: readonly string[], field = 'df', mixNumbers = false): Scan {
  const reader = readerOf(SCHEMA, field);
  reader.scanner.mixNumbers(mixNumbers);
  const body = field === '.' ? `[${rows.join(',')}]` : `{"a":1,"df":[${rows.join(',\n ')}],"b":2}`;
  const scan = reader.read(Buffer.from(body));
  if (isRefusal(scan)) throw new Error(scan.error);
  return scan;
}

async function ask(path: string, body: Buffer): Promise<Buffer> {
  const outcome = await callRoute(oracle, path, body);
  if (outcome.kind === 'failed' || outcome.answer.status !== 200) throw new Error('R fails');
  return outcome.answer.body;
}

/** The joined answer of the chunks; undefined when the request can't be split or the answers can't be joined. */
async function inChunks(path: string, scan: Scan, field: string, parts: number): Promise<Buffer | undefined> {
  const chunks = splitRows(field, scan, parts);
  if (chunks === undefined) return undefined;
  const answers: Buffer[] = [];
  for (const { body } of chunks) answers.push(await ask(path, body));
  return joinAnswers(answers, chunks);
}

test('a large request is cut into requests that hold all of its rows in order', (t) => {
  const rows = Array.from({ length: 2000 }, (_, i) => `{"x":${i}.5,"s":"é${i}"}`);
  const chunks = splitRows('df', read(rows), 3) ?? [];
  t.is(chunks.length, 3);
  const seen = chunks.flatMap(({ body, rows: count }) => {
    const { a, b, df } = JSON.parse(body.toString()) as { a: number; b: number; df: { s: string }[] };
    t.deepEqual([a, b, df.length], [1, 2, count]);
    return df.map(({ s }) => s);
  });
  t.deepEqual(
    seen,
    rows.map((_, i) => `é${i}`),
  );
});

test('a request is not cut where a chunk would have other columns or types than the whole', (t) => {
  const many = (odd: string) => Array.from({ length: 1000 }, (_, i) => (i === 700 ? odd : `{"x":${i},"s":"a"}`));
  t.truthy(splitRows('df', read(many('{"x":1,"s":"b"}')), 2));
  t.is(splitRows('df', read(many('{"x":1.5,"s":"a"}')), 2), undefined);
  t.truthy(splitRows('df', read(many('{"x":1.5,"s":"a"}'), 'df', true), 2));
  for (const odd of ['{"x":1}', '{"s":"a","x":1}', '{"x":1,"s":"a","more":1}', '{"x":1,"s":"NA"}', '{"x":1,"s":[1]}']) {
    t.is(splitRows('df', read(many(odd), 'df', true), 2), undefined, odd);
  }
  const nulls = Array.from({ length: 1000 }, (_, i) => `{"x":${i},"s":${i < 600 ? 'null' : '"a"'}}`);
  t.is(splitRows('df', read(nulls), 2), undefined);
  t.is(splitRows('df', read(many('{"x":1,"s":"b"}').slice(0, 256)), 2), undefined);
});

test('joined answers are the very answer to the whole request, or are given up', async (t) => {
  const number = fc.constantFrom('1.5', '-2.25', '0', '1', '3', 'null', '1e5', '123.456789', '-0.5');
  const string = fc.constantFrom('"a"', '"é"', '"1"', '"TRUE"', '"x y"', 'null');
  const path = fc.constantFrom(
    ...[
      '/numbers',
      '/missing',
      '/classes',
      '/flags',
      '/texts',
      '/rows',
      '/columns',
      '/matrix',
      '/lists',
      '/bands',
      '/predict',
    ],
  );
  let joined = 0;
  await fc.assert(
    fc.asyncProperty(
      path,
      fc.array(fc.record({ number, string }), { minLength: 3, maxLength: 12 }),
      fc.array(fc.record({ number, string }), { minLength: 3, maxLength: 12 }),
      fc.integer({ min: 300, max: 520 }),
      async (route, first, second, count) => {
        const field = route === '/predict' ? '.' : 'df';
        // The halves differ in what they hold, so that their types and answers may differ, too.
        const rows = Array.from({ length: count }, (_, i) => {
          const values = i < 256 ? first[i % first.length]! : second[i % second.length]!;
          return `{"x":${values.number},"s":${values.string}}`;
        });
        const scan = read(rows, field, true);
        const answer = await inChunks(route, scan, field, 2);
        if (answer === undefined) return;
        joined++;
        t.is(answer.toString(), (await ask(route, scan.body)).toString());
      },
    ),
    { numRuns: 25 },
  );
  t.true(joined > 4, `only ${joined} were joined`);
});

test('answers that may be of different types are not joined', (t) => {
  const join = (...texts: string[]) => {
    const answers = texts.map((text) => Buffer.from(text));
    const rows = 2;
    return joinAnswers(
      answers,
      answers.map((body) => ({ body, rows })),
    )?.toString();
  };
  t.is(join('[1.5,2]', '[0,"NA"]'), '[1.5,2,0,"NA"]');
  t.is(join('["a","NA"]', '["b",null]'), '["a","NA","b",null]');
  t.is(join('{"a":[1,2],"b":["x","y"]}', '{"a":[3,4],"b":["z",null]}'), '{"a":[1,2,3,4],"b":["x","y","z",null]}');
  t.is(join('[{"a":1},{"a":2}]', '[{"a":3},{}]'), '[{"a":1},{"a":2},{"a":3},{}]');
  t.is(join('[true,null]', '[null,null]'), '[true,null,null,null]');
  for (const [first, second] of [
    ['[1,2]', '[null,null]'],
    ['[1,2]', '["a","b"]'],
    ['[1,2]', '[true,false]'],
    ['["1","2"]', '[3,4]'],
    ['["NA","NA"]', '["a","b"]'],
    ['["NA","NA"]', '[null,null]'],
    ['["2024-01-01","2024-01-02"]', '["2024-01-03","2024-01-04"]'],
    ['[1.0,2.5]', '[1.5,2.5]'],
    ['[1,2]', '[1,2,3]'],
    ['[1,2]', '{"a":[1,2]}'],
    ['{"a":[1,2]}', '{"b":[1,2]}'],
    ['{"a":[1,2]}', '{"a":[1,2],"b":[1,2]}'],
    ['[{"a":1},{"a":2}]', '[{"a":"x"},{"a":"y"}]'],
    ['[{"a":1},{"a":2}]', '[1,2]'],
  ]) {
    t.is(join(first!, second!), undefined, `${first} ${second}`);
  }
});
