import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { compileRowSchema } from '../../../plumber-app/server/rows/schema.ts';
import { exampleRelease, exampleSources } from '../../support/example.ts';
import { directoryOf } from '../../support/releases.ts';

interface Schema {
  readonly properties: Record<string, object>;
  readonly required: string[];
}

/** One column of each kind, and of each kind one with missing values. */
const frame = `
frame <- data.frame(
  number = c(1.5, 2, -3e10), whole = c(1L, 2L, 3L), flag = c(TRUE, FALSE, TRUE), text = c("a", "NA", "\\u00e9"),
  level = factor(c("low", "high", "low"), levels = c("low", "high", "never")),
  rank = factor(c("b", "a", "b"), levels = c("a", "b"), ordered = TRUE),
  day = as.Date(c("2024-02-29", "1969-12-31", "2000-01-01")),
  time = as.POSIXct(c("2024-02-29 12:30:00", "1969-12-31 23:59:59", "2000-01-01 00:00:00"), tz = "UTC")
)
missing <- frame
missing[2, ] <- NA
names(missing) <- paste0("m_", names(missing))
frame <- cbind(frame, missing)
json <- function(rows) jsonlite::toJSON(rows, digits = NA, POSIXt = "ISO8601", UTC = TRUE)
`;

function r(script: string, directory: string): string {
  const sources = ['schema.R', 'convert.R'].map((file) => `source(${JSON.stringify(join(exampleSources, file))})\n`);
  return execFileSync('Rscript', ['-e', sources.join('') + frame + script], { cwd: directory, encoding: 'utf8' });
}

const write = 'cat(jsonlite::toJSON(row_schema(frame), auto_unbox = TRUE, null = "null"), file = "schema.json")\n';

test('the schema of the example says of every attribute what the training data say', async (t) => {
  const schema = JSON.parse(await readFile(join(await exampleRelease(), 'schema.json'), 'utf8')) as Schema;
  const types = Object.entries(schema.properties).map(
    ([name, { type }]: [string, { type?: string }]) => `${name} ${type}`,
  );
  t.deepEqual(types, [
    ...['crim number', 'zn number', 'indus number', 'chas integer', 'nox number', 'rm number', 'age number'],
    ...['dis number', 'rad integer', 'tax number', 'ptratio number', 'black number', 'lstat number'],
  ]);
  t.deepEqual(schema.required, Object.keys(schema.properties));
});

test('every kind of column is described, and only those without missing values are required', async (t) => {
  const directory = await directoryOf(t);
  r(write, directory);
  const { properties, required } = JSON.parse(await readFile(join(directory, 'schema.json'), 'utf8')) as Schema;
  t.deepEqual(properties, {
    number: { type: 'number' },
    whole: { type: 'integer' },
    flag: { type: 'boolean' },
    text: { type: 'string' },
    level: { type: 'string', enum: ['low', 'high', 'never'] },
    rank: { type: 'string', enum: ['a', 'b'], $comment: 'ordered' },
    day: { type: 'string', format: 'date' },
    time: { type: 'string', format: 'date-time' },
    m_number: { type: ['number', 'null'] },
    m_whole: { type: ['integer', 'null'] },
    m_flag: { type: ['boolean', 'null'] },
    m_text: { type: ['string', 'null'] },
    m_level: { type: ['string', 'null'], enum: ['low', 'high', 'never', null] },
    m_rank: { type: ['string', 'null'], enum: ['a', 'b', null], $comment: 'ordered' },
    m_day: { type: ['string', 'null'], format: 'date' },
    m_time: { type: ['string', 'null'], format: 'date-time' },
  });
  t.deepEqual(required, ['number', 'whole', 'flag', 'text', 'level', 'rank', 'day', 'time']);
});

test('the rows it was made from pass the schema, as R writes them; wrong ones do not', async (t) => {
  const directory = await directoryOf(t);
  const rows = JSON.parse(r(`${write} cat(json(frame))`, directory)) as Record<string, unknown>[];
  const schema = JSON.parse(await readFile(join(directory, 'schema.json'), 'utf8')) as object;
  const { passes } = compileRowSchema(schema as Record<string, unknown>, 'schema.json');
  for (const row of rows) t.true(passes(row), JSON.stringify(passes.errors));

  const [row = {}] = rows;
  t.true(passes({ ...row, extra: 1, m_level: null }));
  const wrong = {
    number: '1',
    whole: 1.5,
    flag: 'TRUE',
    text: null,
    level: 'other',
    rank: 'A',
    day: '2024-02-30',
    time: 'now',
  };
  for (const [name, value] of Object.entries(wrong)) {
    t.false(passes({ ...row, [name]: value }), name);
    t.false(passes({ ...row, [name]: undefined }), name);
  }
});

test('rows that come as JSON are again what they were, together, alone, and without their missing fields', async (t) => {
  const directory = await directoryOf(t);
  const output = r(
    `${write}
    convert <- converter("schema.json")
    same <- function(rows) {
      back <- convert(as.data.frame(jsonlite::fromJSON(json(rows))))[names(rows)]
      row.names(rows) <- NULL
      isTRUE(all.equal(back, rows)) && all(vapply(names(rows), function(name) {
        identical(class(back[[name]]), class(rows[[name]])) || is.numeric(back[[name]])
      }, logical(1)))
    }
    cat(same(frame), vapply(1:3, function(i) same(frame[i, ]), logical(1)))`,
    directory,
  );
  t.is(output, 'TRUE TRUE TRUE TRUE');
});

test('a model of factors and dates scores JSON as it scores the frame', async (t) => {
  const directory = await directoryOf(t);
  const output = r(
    `frame <- data.frame(
       y = c(1, 3, 2, 5, 4, 6, 8, 7), level = factor(rep(c("a", "b"), 4)), day = as.Date("2024-01-01") + c(0, 3, 1, 9, 4, 7, 5, 2)
     )
     model <- lm(y ~ level + day, frame)
     rows <- frame[c("level", "day")]
     cat(jsonlite::toJSON(row_schema(rows), auto_unbox = TRUE), file = "schema.json")
     convert <- converter("schema.json")
     alone <- vapply(1:8, function(i) predict(model, convert(jsonlite::fromJSON(json(rows[i, ])))), numeric(1))
     cat(isTRUE(all.equal(alone, unname(predict(model, rows)))))`,
    directory,
  );
  t.is(output, 'TRUE');
});

test('times keep their instant, whatever offset they are written with', async (t) => {
  const output = r(
    `times <- c("2024-05-01T12:30:00Z", "2024-05-01T14:30:00+02:00", "2024-05-01T12:30:00.25Z", "2024-05-01 10:30:00-0200", NA, "x")
     cat(as.numeric(parse_time(times)) - 1714566600)`,
    await directoryOf(t),
  );
  t.is(output, '0 0 0.25 0 NA NA');
});

test('a column that JSON Schema cannot describe is named', async (t) => {
  const directory = await directoryOf(t);
  const error = t.throws(() => r('row_schema(data.frame(odd = I(list(1, 2))))', directory));
  t.regex(String((error as unknown as { stderr: string }).stderr), /column odd is a AsIs, which JSON Schema cannot/);
});
