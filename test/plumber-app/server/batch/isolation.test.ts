import test from 'ava';
import fc from 'fast-check';
import type { Outcome } from '../../../../plumber-app/server/batch/answer.ts';
import { hasHeaders } from '../../../../plumber-app/server/batch/answer.ts';
import { callMerged, type Report, type Result } from '../../../../plumber-app/server/batch/bisect.ts';
import { mergeKey } from '../../../../plumber-app/server/batch/key.ts';
import { mergeBodies } from '../../../../plumber-app/server/batch/merge.ts';
import { type Proof, prove } from '../../../../plumber-app/server/batch/prove.ts';
import type { Schema } from '../../../../plumber-app/server/rows/rules.ts';
import type { Scan } from '../../../../plumber-app/server/rows/scan.ts';
import { isRefusal, type RowReader } from '../../../../plumber-app/server/rows/validate.ts';
import { ROracle } from '../../../support/r-oracle.ts';
import { callRoute, defineRoutes, readerOf, trialOf } from '../../../support/trial.ts';

const oracle = new ROracle();
test.after.always(() => oracle.close());

const SCHEMA: Schema = {
  type: 'object',
  properties: { x: { type: ['number', 'null'] }, s: { type: ['string', 'null'] }, f: { type: ['boolean', 'null'] } },
};
const ROWS =
  '{"df":[{"x":1.5,"s":"a","f":true},{"x":20,"s":"b","f":false},{"x":-3,"s":"cc","f":true},{"x":0.25,"s":"é","f":true}]}';

interface Route {
  readonly path: string;
  readonly field: string;
  readonly reader: RowReader;
  readonly proof: Proof;
}
const routes: Route[] = [];

test.before(async () => {
  await defineRoutes(oracle);
  const paths = [
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
    '/integers',
  ];
  for (const path of [...paths, '/predict']) {
    const field = path === '/predict' ? '.' : 'df';
    const body = field === '.' ? ROWS.slice(6, -1) : ROWS;
    const reader = readerOf(SCHEMA, field);
    const proof = await prove(trialOf(oracle, path, body, SCHEMA, field));
    reader.scanner.mixNumbers(proof.mixNumbers);
    routes.push({ path, field, reader, proof });
  }
});

interface Request {
  readonly target: string;
  readonly route: Route;
  readonly scan: Scan;
}

/** What happens when a call has one of these numbers in it: R fails, its worker dies, it never ends. */
const FAILS = '555';
const KILLS = '666';
const HANGS = '777';

class Calls {
  made: number[] = [];
  readonly #strikes: boolean[];

  /** @param strikes which of the first calls lose their worker to something else than the request */
  constructor(strikes: readonly boolean[]) {
    this.#strikes = [...strikes];
  }

  async call(requests: readonly Request[]): Promise<Outcome> {
    const [{ target, route, scan }] = requests as [Request];
    this.made.push(requests.length);
    const scans = requests.map((request) => request.scan);
    const body = requests.length === 1 ? scan.body : mergeBodies(route.field, scans);
    if (body.includes(`"x":${KILLS}`)) return { kind: 'failed', reason: 'died' };
    if (body.includes(`"x":${HANGS}`)) return { kind: 'failed', reason: 'timeout' };
    if (requests.length > 1 && this.#strikes.shift()) return { kind: 'failed', reason: 'died' };
    return callRoute(oracle, target, body);
  }
}

/** Merges requests of one key, and returns each one's result as text. */
async function answer(
  requests: readonly Request[],
  calls: Calls,
): Promise<{ results: Map<Request, string>; report: Report }> {
  const { experience, headers } = requests[0]!.route.proof;
  const results = new Map<Request, string>();
  const report = await callMerged(requests, {
    experience,
    rows: (request) => request.scan.rows,
    call: (some) => calls.call(some),
    isProven: ({ status, headers: found }) => status === 200 && hasHeaders(found, headers),
    leash: () => 1000,
    deliver: (request, result) => {
      if (results.has(request)) throw new Error('answered twice');
      results.set(request, textOf(result));
    },
  });
  return { results, report };
}

function textOf(result: Result): string {
  if (result.kind === 'failed') return result.reason;
  const { status, headers, body } = result.answer;
  return `${status} ${headers.join(' ')} ${result.kind === 'sliced' ? result.text : body.toString('latin1')}`;
}

async function alone(request: Request): Promise<string> {
  return textOf(await new Calls([]).call([request]));
}

const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -5, max: 5 }).map(String) },
  {
    weight: 4,
    arbitrary: fc.double({ min: -100, max: 100, noNaN: true }).map((x) => (Number.isInteger(x) ? `${x}.5` : `${x}`)),
  },
  { weight: 2, arbitrary: fc.constantFrom('1.0', '2147483647', '100000', '1e5', '-0', '123456.789', '2147483648') },
);
const text = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('a', 'b', 'é☃', '', '1', '0.5', 'TRUE', 'a"b\\', 'NA ').map((s) => JSON.stringify(s)),
  },
  { weight: 1, arbitrary: fc.constantFrom('"NA"', '"\\u0061"', '"2024-01-01"', '" padded"', '"Inf"') },
);
const fields = {
  x: fc.oneof({ weight: 12, arbitrary: number }, { weight: 1, arbitrary: fc.constant('null') }),
  s: fc.oneof({ weight: 12, arbitrary: text }, { weight: 1, arbitrary: fc.constant('null') }),
  f: fc.constantFrom('true', 'false', 'null'),
  more: fc.constantFrom('1', '2', '"z"'),
};

/** A few requests, most of them for the same route and with the same fields. */
const requests = fc
  .tuple(fc.nat(), fc.nat(), fc.uniqueArray(fc.constantFrom('x', 's', 'f', 'more'), { minLength: 1 }))
  .chain(([first, second, names]) => {
    const faulty = fc.constantFrom(...Array<string>(70).fill(''), FAILS, KILLS, HANGS);
    const row = fc
      .tuple(fc.record(fields), faulty, fc.integer({ min: 0, max: 60 }))
      .map(([values, fault, drop]) =>
        names
          .filter((name) => drop !== 0 || name !== names.at(-1))
          .map((name) => `"${name}":${name === 'x' && fault !== '' ? fault : values[name]}`)
          .join(','),
      )
      .map((inside) => `{${inside}}`);
    return fc.array(
      fc.record({
        rows: fc.array(row, { minLength: 1, maxLength: 3 }).map((rows) => rows.join(',')),
        route: fc.constantFrom(first, first, first, second),
        prefix: fc.constantFrom('', '', '', ',"prefix":"p"'),
        query: fc.constantFrom('', '', '', '?prefix=q'),
      }),
      { minLength: 4, maxLength: 16 },
    );
  });

test('whoever merges with whom, everyone gets the bytes of an answer obtained alone, and only their own', async (t) => {
  let sliced = 0;
  let mixed = 0;
  await fc.assert(
    fc.asyncProperty(requests, fc.array(fc.boolean(), { maxLength: 2 }), async (drawn, strikes) => {
      const groups = new Map<string, Request[]>();
      for (const { rows, route: place, prefix, query } of drawn) {
        const route = routes[place % routes.length]!;
        const body = route.field === '.' ? `[${rows}]` : `{"df":[${rows}]${prefix}}`;
        const scan = route.reader.read(Buffer.from(body));
        if (isRefusal(scan)) continue;
        const target = route.path + query;
        const contentType = 'application/json';
        const key = mergeKey({ target, contentType, headers: [], scan }, [], route.field);
        if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), { target, route, scan }]);
      }
      for (const group of groups.values()) {
        if (group.length < 2) continue;
        const calls = new Calls(strikes);
        const { results } = await answer(group, calls);
        for (const request of group) t.is(results.get(request), await alone(request), request.scan.body.toString());
        sliced += group.length - calls.made.filter((size) => size === 1).length;
        if (group[0]!.scan.signature!.types.includes('n')) mixed++;
      }
    }),
    { numRuns: 150 },
  );
  t.true(sliced > 100 && mixed > 20, `only ${sliced} slices, ${mixed} merges with mixed numbers`);
});

function manyRequests(count: number, special: Record<number, string>): Request[] {
  const route = routes[0]!;
  return Array.from({ length: count }, (_, i) => {
    const scan = route.reader.read(Buffer.from(`{"df":[{"x":${special[i] ?? `${i + 2}.5`},"s":"a"}]}`));
    if (isRefusal(scan)) throw new Error(scan.error);
    return { target: route.path, route, scan };
  });
}

for (const [what, fault, more] of [
  ['fails', FAILS, 0],
  ['kills its worker', KILLS, 1],
  ['never ends', HANGS, 0],
] as const) {
  test(`one request that ${what} costs at most two further calls for each halving, and no neighbour an error`, async (t) => {
    for (const [count, place] of [
      [2, 0],
      [7, 3],
      [64, 63],
      [100, 31],
    ] as const) {
      const calls = new Calls([]);
      const all = manyRequests(count, { [place]: fault });
      const { results, report } = await answer(all, calls);
      t.true(calls.made.length <= 1 + 2 * Math.ceil(Math.log2(count)) + more, `${calls.made.length} calls`);
      t.is(report.calls, calls.made.length);
      t.false(report.inVain);
      for (const request of all) t.is(results.get(request), await alone(request));
    }
  });
}

test('a merge that fails though all its requests are well is reported', async (t) => {
  const route = { ...routes[0]!, path: '/few' };
  const all = manyRequests(8, {}).map((request) => ({ ...request, route, target: '/few' }));
  const { results, report } = await answer(all, new Calls([]));
  t.true(report.inVain);
  for (const request of all) t.is(results.get(request), await alone(request));
});

test('merged calls are kept on a leash, a shorter one after a timeout, but none alone is', async (t) => {
  const limits: [number, number | undefined][] = [];
  const all = manyRequests(8, { 2: HANGS });
  const calls = new Calls([]);
  await callMerged(all, {
    experience: routes[0]!.proof.experience,
    rows: () => 1,
    call: (some, limit) => {
      limits.push([some.length, limit]);
      return calls.call(some);
    },
    isProven: () => true,
    leash: (rows, again) => rows * (again ? 10 : 100),
    deliver: () => undefined,
  });
  t.deepEqual(limits[0], [8, 800]);
  t.true(limits.slice(1).every(([size, limit]) => limit === (size === 1 ? undefined : size * 10)));
});

test('what is known of one column of the answers is not taken for known of another', async (t) => {
  const route = routes.find(({ path }) => path === '/bands')!;
  const request = (x: string): Request => {
    const scan = route.reader.read(Buffer.from(`{"df":[{"x":${x}}]}`));
    if (isRefusal(scan)) throw new Error(scan.error);
    return { target: route.path, route, scan };
  };
  // A missing value always prints "NA" in the one column; in the other it prints null where the request has no other.
  for (const group of [
    [request('null'), request('null')],
    [request('-50.5'), request('1.5')],
  ]) {
    const { results } = await answer(group, new Calls([]));
    for (const one of group) t.is(results.get(one), await alone(one));
  }
});
