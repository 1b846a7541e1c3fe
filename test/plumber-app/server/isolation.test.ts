import test from 'ava';
import fc from 'fast-check';
import { allIdle, merges, type RowRequest, seen, send, serveAlone, serveRows } from '../../support/rows.ts';
import { type TestServer, until, working } from '../../support/server.ts';

const ends: (() => unknown)[] = [];
const scope = { teardown: (end: () => unknown) => void ends.push(end) };
const mergeable = ['/table', '/columns', '/texts', '/tenant', '/predict'];
let merging: TestServer;
let alone: TestServer;
test.before(async () => {
  [merging, alone] = await Promise.all([serveRows(scope, { batching: mergeable }), serveAlone(scope)]);
});
test.after.always(() => Promise.all(ends.map((end) => end())));

const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -5, max: 5 }).map(String) },
  { weight: 4, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }).map((x) => x.toFixed(3)) },
  { weight: 1, arbitrary: fc.constantFrom('1.0', '2147483647', '2147483648', '100000', '1e5', '-0', 'null') },
);
const text = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'é☃', '', '1', 'TRUE', 'a"b\\').map((s) => JSON.stringify(s)) },
  { weight: 1, arbitrary: fc.constantFrom('"NA"', '"\\u0061"', '"2024-01-01"', '" padded"', '"Inf"', 'null') },
);
const values = {
  x: number,
  n: fc.integer({ min: -9, max: 9 }).map(String),
  s: text,
  flag: fc.constantFrom('true', 'false', 'null'),
  more: fc.constantFrom('1', '2.5', '"z"', '[1]'),
  // Not of the schema: a 422.
  level: fc.constantFrom(...Array<string>(30).fill('"low"'), '"none"'),
};
type Column = keyof typeof values;

/** What a request does to R besides being answered; few do. */
const fault = fc.oneof(
  { weight: 150, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.constant('fail' as const) },
  { weight: 1, arbitrary: fc.constant('kill' as const) },
);

const row = (columns: readonly Column[]) =>
  fc.tuple(fc.record(values), fault, fc.integer({ min: 0, max: 40 })).map(([drawn, harm, drop]) => {
    const fields = columns.filter((_, i) => drop !== 0 || i > 0).map((column) => `"${column}":${drawn[column]}`);
    return [...fields, ...(harm === undefined ? [] : [`"fault":"${harm}"`])];
  });

interface Drawn {
  readonly path: string;
  readonly query: string;
  readonly tail: string;
  readonly tenant: string | undefined;
  /** The fields of each row, without its id. */
  readonly rows: readonly (readonly string[])[];
}

/** A field of the query comes before one of the body: R then sees none of the rows. */
function hidesRows({ path, query }: Drawn): boolean {
  return query === '?df=1' && path !== '/predict';
}

/** Requests that come at once: most of them for the same route, with the same columns. */
const burst: fc.Arbitrary<Drawn[]> = fc
  .tuple(
    fc.constantFrom('/table', '/columns', '/texts', '/tenant', '/predict', '/alone'),
    fc.constantFrom('/table', '/columns', '/texts', '/tenant', '/predict', '/alone'),
    fc.uniqueArray(fc.constantFrom<Column[]>('x', 'n', 's', 'flag', 'more', 'level'), { minLength: 1, maxLength: 4 }),
  )
  .chain(([first, second, columns]) =>
    fc.array(
      fc.record({
        path: fc.constantFrom(first, first, first, second),
        query: fc.constantFrom('', '', '', '?prefix=q', '?df=1'),
        tail: fc.constantFrom('', '', '', ',"prefix":"p"'),
        tenant: fc.constantFrom(undefined, 'a', 'b'),
        rows: fc.array(row(columns), { minLength: 1, maxLength: 3 }),
      }),
      // As many as that as often as fewer: what waits together is what merges.
      { minLength: 2, maxLength: 30, size: 'max' },
    ),
  );

let requestsMade = 0;

interface Made {
  readonly request: RowRequest;
  /** Those that R sees. */
  readonly ids: readonly string[];
}

function requestOf(drawn: Drawn): Made {
  const { path, query, tail, tenant, rows } = drawn;
  const number = ++requestsMade;
  const ids = rows.map((_, i) => `id-${number}-${i}-`);
  const text = rows.map((fields, i) => `{${[`"id":"${ids[i]}"`, ...fields].join(',')}}`).join(',');
  return {
    request: {
      target: path + query,
      body: path === '/predict' ? `[${text}]` : `{"df":[${text}]${tail}}`,
      headers: tenant === undefined ? {} : { 'X-Tenant': tenant },
    },
    ids: hidesRows(drawn) ? [] : ids,
  };
}

test('whatever comes at once, everyone is answered as if alone, and with nobody else’s rows', async (t) => {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(burst, async (drawn) => {
      const requests = drawn.map(requestOf);
      const answers = await Promise.all(requests.map(({ request }) => send(merging, request)));
      for (const [i, answer] of answers.entries()) {
        const { request, ids } = requests[i]!;
        const found = answer.text.match(/id-\d+-\d+-/g) ?? [];
        if (answer.status === 200) t.deepEqual(found, ids, request.body);
        t.deepEqual(seen(answer), seen(await send(alone, request)), `${request.target} ${request.body}`);
        statuses.add(answer.status);
      }
    }),
    { numRuns: 40, endOnFailure: true },
  );
  await allIdle(merging, 2);
  t.true(
    [200, 422, 500].every((status) => statuses.has(status)),
    [...statuses].join(),
  );
  let merged = 0;
  for (const route of mergeable) {
    merged += (await merges(merging, `POST ${route}`)).requests;
  }
  t.true(merged > requestsMade / 10, `only ${merged} of ${requestsMade} requests shared a call`);
});

test('a row that never ends costs its own request the time limit, and its neighbours no error', async (t) => {
  const limits = { timeout: 3_000 };
  const server = await serveRows(t, { workers: 1, limits, batching: ['/texts'] });
  const bodies = Array.from({ length: 12 }, (_, i) => `{"df":[{"id":"${i}","fault":"${i === 7 ? 'loop' : ''}"}]}`);
  const busy = await working(t, server);
  const waiting = Promise.all(bodies.map((body) => send(server, { target: '/texts', body })));
  await until(async () => (await server.status()).queue.depth === bodies.length);
  await busy.finish();
  const answers = await waiting;
  t.is(answers[7]?.status, 504);
  t.is((answers[7]?.json() as { detail: string }).detail, 'R did not answer within 3000 ms');
  for (const [i, answer] of answers.entries()) {
    if (i !== 7) t.deepEqual(seen(answer), seen(await send(alone, { target: '/texts', body: bodies[i]! })));
  }
  await allIdle(server, 1);
});
