import test from 'ava';
import fc from 'fast-check';
import { readsAsJson } from '../../../../plumber-app/server/rows/media.ts';
import type { Schema } from '../../../../plumber-app/server/rows/rules.ts';
import { compileRowSchema } from '../../../../plumber-app/server/rows/schema.ts';
import { isRefusal, type Refusal, RowReader } from '../../../../plumber-app/server/rows/validate.ts';
import { UserError } from '../../../../service/errors.ts';

function reader(source: Schema | undefined, field = 'df'): RowReader {
  const schema = source === undefined ? undefined : { source, compiled: compileRowSchema(source, 'schema.json') };
  return new RowReader({ route: 'POST /score', field, schema });
}

function refusal(source: Schema | undefined, body: string | Buffer, field = 'df'): Refusal | undefined {
  const read = reader(source, field).read(Buffer.from(body as string));
  return isRefusal(read) ? read : undefined;
}

const HOUSE: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: {
    rooms: { type: 'number', minimum: 0, maximum: 20 },
    river: { type: 'integer' },
    kind: { type: 'string', enum: ['flat', 'house', 'bungalow'] },
    built: { type: ['string', 'null'], format: 'date' },
    heated: { type: 'boolean' },
  },
  required: ['rooms', 'kind'],
};

test('rows that keep to the schema pass, with whatever attributes more they have', (t) => {
  t.is(
    refusal(HOUSE, '{"df":[{"rooms":6.5,"kind":"flat"},{"kind":"house","rooms":3,"x":{"y":[1]},"river":1.0}]}'),
    undefined,
  );
  t.is(refusal(HOUSE, '{"df":[{"rooms":0,"kind":"bungalow","built":"2001-02-28","heated":true}]}'), undefined);
  t.is(refusal(HOUSE, '{"df":[]}'), undefined);
});

test('a bad row is answered with 422 naming row, field and what was expected', (t) => {
  const answer = refusal(
    HOUSE,
    '{"df":[{"rooms":6,"kind":"flat"},{"rooms":"6","kind":"barn","river":1.5,"built":"today"}]}',
  );
  t.is(answer?.status, 422);
  t.is(
    answer?.error,
    'The rows break the schema of POST /score at row 2, field "rooms": expected a number, got "6", and 3 more in detail. ' +
      'Rows count from 1',
  );
  t.deepEqual(answer?.detail, [
    { row: 2, field: 'rooms', expected: 'a number', got: '"6"' },
    { row: 2, field: 'river', expected: 'an integer', got: '1.5' },
    { row: 2, field: 'kind', expected: 'one of "flat", "house", "bungalow"', got: '"barn"' },
    { row: 2, field: 'built', expected: 'a string or null in the format "date"', got: '"today"' },
  ]);
});

test('what is missing, out of bounds or no row at all is named, too', (t) => {
  const answer = refusal(HOUSE, '{"df":[{"kind":"flat"},{"rooms":-1,"kind":null},7,null,[]]}');
  t.deepEqual(answer?.detail, [
    { row: 1, field: 'rooms', expected: 'a number', got: 'nothing' },
    { row: 2, field: 'rooms', expected: 'a number of at least 0', got: '-1' },
    { row: 2, field: 'kind', expected: 'one of "flat", "house", "bungalow"', got: 'null' },
    { row: 3, expected: 'an object', got: '7' },
    { row: 4, expected: 'an object', got: 'null' },
    { row: 5, expected: 'an object', got: '[]' },
  ]);
});

test('of a missing column that the schema describes elsewhere, it is said what that asks for', (t) => {
  const schema = {
    $defs: { level: { enum: ['low', 'high'] } },
    properties: { risk: { $ref: '#/$defs/level' } },
    required: ['risk'],
  };
  t.deepEqual(refusal(schema, '{"df":[{},{"risk":"none"}]}')?.detail, [
    { row: 1, field: 'risk', expected: 'one of "low", "high"', got: 'nothing' },
    { row: 2, field: 'risk', expected: 'one of "low", "high"', got: '"none"' },
  ]);
});

test('the first twenty bad rows are told, long lists and values cut', (t) => {
  const levels = Array.from({ length: 500 }, (_, i) => `level ${i}`);
  const schema = { type: 'object', properties: { x: { enum: levels } } };
  const rows = Array.from({ length: 50 }, () => ({ x: 'y'.repeat(10_000) }));
  const detail = refusal(schema, JSON.stringify({ df: rows }))?.detail as {
    row: number;
    expected: string;
    got: string;
  }[];
  t.is(detail.length, 20);
  t.is(detail[19]?.row, 20);
  t.regex(detail[0]!.expected, /^one of "level 0", .* or 480 more$/);
  t.true(detail[0]!.got.length < 100);
});

test('a combination of schemas is told as one expectation', (t) => {
  const schema = {
    properties: {
      x: { anyOf: [{ type: 'number' }, { type: 'null' }] },
      y: { type: 'object', properties: { z: { type: 'string' } } },
    },
  };
  t.deepEqual(refusal(schema, '{"df":[{"x":"1","y":{"z":1}}]}')?.detail, [
    { row: 1, field: 'x', expected: 'a number or null', got: '"1"' },
    { row: 1, field: 'y/z', expected: 'a string', got: '1' },
  ]);
});

test('what R would read otherwise than a JSON parser is refused: a field twice, NUL in a name or a text', (t) => {
  const twice = refusal(HOUSE, '{"df":[{"rooms":"bad","kind":"flat","rooms":1}]}');
  t.deepEqual(twice?.detail, [{ row: 1, field: 'rooms', expected: 'each field once', got: 'the field twice' }]);
  t.is(refusal(HOUSE, '{"df":[{"rooms\\u0000":"bad","kind":"flat","rooms":1}]}')?.status, 422);
  t.is(refusal(HOUSE, '{"df":[{"rooms":1,"kind":"flat","note":"a\\u0000b"}]}')?.status, 422);
  t.is(refusal(HOUSE, '{"df":[{"rooms":1,"kind":"flat","note":{"a":1,"a":2}}]}')?.status, 422);
});

test('rows that are not there or no array are answered with 422 naming the field', (t) => {
  const missing = refusal(HOUSE, '{"rows":[]}');
  t.is(missing?.error, 'POST /score expects an array of rows in the field "df", got nothing');
  t.deepEqual(missing?.detail, [{ field: 'df', expected: 'an array of objects, one a row', got: 'nothing' }]);
  t.is(refusal(HOUSE, '{"df":{"rooms":[1]}}')?.status, 422);
  t.is(refusal(HOUSE, '{"df":[{"rooms":1,"kind":"flat"}],"df":[{"rooms":"1"}]}')?.status, 422);
  t.is(refusal(HOUSE, '{"rooms":1,"kind":"flat"}', '.')?.error, 'POST /score expects an array of rows, got an object');
});

test('malformed JSON is answered with 400 and its place, with or without a schema', (t) => {
  for (const schema of [HOUSE, undefined]) {
    const answer = refusal(schema, '{"df":[\n  {"rooms":6,"kind":oops}]}');
    t.is(answer?.status, 400);
    t.is(answer?.error, 'The body is not valid JSON: line 2, column 21');
    t.deepEqual(answer?.detail, { position: 28, line: 2, column: 21, near: 'oops}]}' });
    t.is(refusal(schema, '{"df":[')?.error, 'The body ends too early: line 1, column 8');
    t.is(refusal(schema, '')?.status, 400);
    t.is(refusal(schema, '['.repeat(9_999))?.error, 'The body is nested too deeply: line 1, column 502');
    const latin = Buffer.concat([Buffer.from('{"df":[{"kind":"é'), Buffer.from([0xe9]), Buffer.from('"}]}')]);
    t.is((refusal(schema, latin)?.detail as { position: number }).position, 18);
  }
});

test('without a schema, any JSON passes', (t) => {
  t.is(refusal(undefined, '{"x":1}'), undefined);
  t.is(refusal(undefined, '{"df":[1,{"a":1,"a":2}]}'), undefined);
});

test('the schema itself is checked when it is compiled', (t) => {
  const message = (schema: unknown) =>
    t.throws(() => compileRowSchema(schema as Schema, 'schema.json'), { instanceOf: UserError }).message;
  t.regex(message({ type: 'objekt' }), /^schema\.json: no valid JSON Schema: /);
  // What the dialect's own schema alone refuses.
  t.regex(
    message({ minLength: -1 }),
    /^schema\.json: no valid JSON Schema: schema is invalid: data\/minLength must be >= 0$/,
  );
  t.regex(message({ properties: { x: { minimun: 1 } } }), /minimun/);
  t.regex(message({ properties: { x: { type: 'string', format: 'dtae' } } }), /dtae/);
  t.regex(message({ $schema: 'http://json-schema.org/draft-04/schema#' }), /draft-04/);
  t.regex(message([1]), /a JSON Schema is an object/);
  t.notThrows(() => compileRowSchema({ 'x-unit': 'm', properties: { x: { example: 1 } } }, 'schema.json'));
  t.notThrows(() => compileRowSchema({ $schema: 'https://json-schema.org/draft/2020-12/schema' }, 'schema.json'));
});

test('reading says what the validator says, whatever the schema and the rows', (t) => {
  const scalar = fc.constantFrom(null, true, false, 0, 1, -3, 2.5, 1e99, 100, 'a', 'b', 'ü', '', '2020-01-01', [], {
    a: 1,
  });
  const type = fc.constantFrom('number', 'integer', 'string', 'boolean', 'null');
  const column = fc.record(
    {
      type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1 })),
      enum: fc.uniqueArray(scalar, { minLength: 1, comparator: 'IsStrictlyEqual' }),
      const: scalar,
      minimum: fc.constantFrom(-1, 0, 1, 2.5),
      maximum: fc.constantFrom(0, 1, 100),
      exclusiveMinimum: fc.constantFrom(0, 1),
      format: fc.constant('date'),
      minLength: fc.constant(1),
      title: fc.constant('a column'),
    },
    { requiredKeys: [] },
  );
  const names = ['x', 'y', 'é', 'toString'];
  const schema = fc.record(
    {
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom(...names), fc.oneof(column, fc.boolean())),
      required: fc.uniqueArray(fc.constantFrom(...names)),
      additionalProperties: fc.constantFrom(true, false, { type: 'number' }),
      minProperties: fc.constant(1),
    },
    { requiredKeys: ['properties'] },
  );
  const rows = fc.array(fc.oneof({ weight: 9, arbitrary: fc.dictionary(fc.constantFrom(...names), scalar) }, scalar), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(schema, fc.array(rows, { minLength: 10, maxLength: 30 }), (source, tables) => {
      const { passes } = compileRowSchema(source, 'schema.json');
      const rowReader = reader(source);
      for (const table of tables) {
        const read = rowReader.read(Buffer.from(JSON.stringify({ df: table })));
        const isRow = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
        t.is(isRefusal(read), !table.every((row) => isRow(row) && passes(row)), JSON.stringify(table));
      }
    }),
    { numRuns: 60 },
  );
});

test('the columns of a plain schema are checked without a validator', (t) => {
  const schema = {
    type: 'object',
    properties: { x: { type: 'number', minimum: 0 }, y: { enum: ['a', 'é'] } },
    required: ['x'],
  };
  const read = reader(schema).read(Buffer.from('{"df":[{"x":1,"y":"é"},{"y":"a","x":0.25,"z":"more"},{"x":12}]}'));
  t.false(isRefusal(read));
  t.true('certain' in read && read.certain);
});

test('only bodies that Plumber reads as JSON are read', (t) => {
  const body = Buffer.from('{"df":[]}');
  for (const type of ['application/json', 'Application/JSON; charset=UTF-8', 'text/json', undefined, '']) {
    t.true(readsAsJson(type, body), type);
  }
  for (const type of [
    'text/csv',
    'application/x-www-form-urlencoded',
    'application/json ; x',
    'application/json; charset=latin1',
  ]) {
    t.false(readsAsJson(type, body), type);
  }
  t.false(readsAsJson(undefined, Buffer.from('a=b')));
});
