import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { type Proof, prove } from '../../../../plumber-app/server/batch/prove.ts';
import type { Schema } from '../../../../plumber-app/server/rows/rules.ts';
import { exampleRelease } from '../../../support/example.ts';
import { ROracle } from '../../../support/r-oracle.ts';
import { callRoute, defineRoutes, trialOf } from '../../../support/trial.ts';

const oracle = new ROracle();
test.before(() => defineRoutes(oracle));
test.after.always(() => oracle.close());

const ANY_NUMBER: Schema = { type: 'object', properties: { x: { type: 'number' } } };
const ROWS = '{"df":[{"x":1.5,"s":"a"},{"x":20,"s":"b"},{"x":-3,"s":"cc"},{"x":0.25,"s":"b"},{"x":7,"s":"a"}]}';

function tell(path: string, body = ROWS, schema = ANY_NUMBER, field = 'df'): Promise<Proof> {
  return prove(trialOf(oracle, path, body, schema, field));
}

for (const path of [
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
]) {
  test(`independent rows may merge, and numbers mix: ${path}`, async (t) => {
    const { allowed, mixNumbers, reason, headers } = await tell(path);
    t.deepEqual({ allowed, mixNumbers, reason }, { allowed: true, mixNumbers: true, reason: undefined });
    t.deepEqual(headers, ['Content-Type', 'application/json']);
  });
}

test('rows may merge when the body itself is the array, and when a model decides', async (t) => {
  t.true((await tell('/predict', '[{"x":1.5},{"x":2.5}]', ANY_NUMBER, '.')).allowed);
  const properties = {
    'Sepal.Length': { type: 'number' },
    'Sepal.Width': { type: 'number' },
    Species: { type: 'string' },
  };
  const body =
    '{"df":[{"Sepal.Length":5,"Sepal.Width":3.5,"Species":"setosa"},{"Sepal.Length":6.1,"Sepal.Width":3,"Species":"virginica"}]}';
  const { allowed, mixNumbers } = await tell('/iris', body, { type: 'object', properties });
  t.true(allowed && mixNumbers);
});

test('the requests of the example service may merge, and numbers mix', async (t) => {
  const directory = await exampleRelease();
  await oracle.plumb('example', join(directory, 'plumber.R'));
  const text = (file: string) => readFile(join(directory, file), 'utf8');
  const schema = JSON.parse(await text('schema.json')) as Schema;
  const trial = trialOf(oracle, '/score', await text('probes/first-ten.json'), schema);
  const call = ({ target, body }: { target: string; body: Buffer }) => callRoute(oracle, target, body, 'example');
  const { allowed, mixNumbers, reason } = await prove({ ...trial, call });
  t.deepEqual({ allowed, mixNumbers, reason }, { allowed: true, mixNumbers: true, reason: undefined });
});

const WRONG: Record<string, RegExp> = {
  '/random': /not pure/,
  '/counted': /not pure/,
  '/centred': /alone but .* merged/,
  '/ranks': /alone but .* merged/,
  '/running': /alone but .* merged/,
  '/unboxed': /not an array of one element a row/,
  '/pretty': /not an array of one element a row/,
  '/named': /not an array of one element a row/,
  '/summary': /does not have one element a row|surely/,
  '/range': /not an array of one element a row/,
  '/dates': /dates, times or padded/,
  '/formatted': /alone but .* merged|padded/,
  '/few': /merged call fails/,
  '/header': /headers/,
  '/failing': /of 5 rows of the probes, 0 are answered with 200/,
  '/refused': /of 5 rows of the probes, 0 are answered with 200/,
};

for (const [path, expected] of Object.entries(WRONG)) {
  test(`merging is refused with the reason: ${path}`, async (t) => {
    const { allowed, mixNumbers, reason } = await tell(path);
    t.false(allowed);
    t.false(mixNumbers);
    t.regex(reason ?? '', expected);
  });
}

for (const path of ['/integers', '/overflow', '/next', '/before', '/doubles']) {
  test(`rows may merge though numbers may not mix: ${path}`, async (t) => {
    const { allowed, mixNumbers, reason } = await tell(path);
    t.true(allowed);
    t.false(mixNumbers);
    t.truthy(reason);
  });
}

const TEXTS: Record<string, string> = {
  '/days': '{"df":[{"s":"2024-05-06"},{"s":"2023-01-31"},{"s":"2020-02-29"}]}',
  '/times': '{"df":[{"s":"2024-05-06 07:08:09"},{"s":"2023-01-31 10:11:12"},{"s":"2020-02-29 01:02:03"}]}',
};
const day: Schema = { type: 'object', properties: { s: { type: 'string', format: 'date' } } };
const time: Schema = { type: 'object', properties: { s: { type: 'string', pattern: '^.{10} .{8}$' } } };

test('texts that R reads by their neighbours keep requests apart, where the schema lets them through', async (t) => {
  for (const path of ['/days', '/times']) {
    const { allowed, reason } = await tell(path, TEXTS[path]);
    t.false(allowed, path);
    t.regex(reason ?? '', /beside another row, but not alone|alone but .* merged/);
  }
  t.true((await tell('/days', TEXTS['/days'], day)).allowed);
  t.true((await tell('/times', TEXTS['/times'], time)).allowed);
});

test('numbers do not mix where the schema does not say number', async (t) => {
  const { allowed, mixNumbers } = await tell('/numbers', ROWS, {
    type: 'object',
    properties: { s: { type: 'string' } },
  });
  t.true(allowed);
  t.false(mixNumbers);
});

test('without two different rows nothing is proven', async (t) => {
  for (const body of [
    '{"df":[{"x":1.5,"s":"a"}]}',
    '{"df":[{"x":1.5},{"x":1.5}]}',
    '{"df":[]}',
    '{"df":[{"x":[1]},{"x":[2]}]}',
    '{"d',
  ]) {
    t.regex((await tell('/numbers', body)).reason ?? '', /fewer than two different rows/);
  }
});
