import { readFileSync } from 'node:fs';
import type { Outcome } from '../../plumber-app/server/batch/answer.ts';
import { CostModel } from '../../plumber-app/server/batch/cost.ts';
import type { Trial } from '../../plumber-app/server/batch/prove.ts';
import { rulesOf, type Schema } from '../../plumber-app/server/rows/rules.ts';
import { compileRowSchema } from '../../plumber-app/server/rows/schema.ts';
import { isRefusal, RowReader } from '../../plumber-app/server/rows/validate.ts';
import type { ROracle } from './r-oracle.ts';

/** Defines the router of batch-routes.R. */
export function defineRoutes(oracle: ROracle): Promise<void> {
  return oracle.define('routes', readFileSync(new URL('batch-routes.R', import.meta.url), 'utf8'));
}

/** One call of a router, that of batch-routes.R if not told otherwise, in the R process of the oracle. */
export async function callRoute(oracle: ROracle, target: string, body: Buffer, router = 'routes'): Promise<Outcome> {
  const [path = '', query = ''] = target.split('?');
  const { status, headers, body: content } = await oracle.call(router, path, body.toString(), query);
  const flat = Object.entries(headers).flat();
  return { kind: 'answered', answer: { status, message: '', headers: flat, body: content } };
}

export function readerOf(schema: Schema, field: string): RowReader {
  return new RowReader({
    route: 'POST /here',
    field,
    schema: { source: schema, compiled: compileRowSchema(schema, 'schema.json') },
  });
}

/** What `prove` needs for a route of batch-routes.R. */
export function trialOf(oracle: ROracle, target: string, body: string, schema: Schema, field = 'df'): Trial {
  const reader = readerOf(schema, field);
  let clock = 0;
  return {
    field,
    rules: rulesOf(schema),
    maxRows: 512,
    namedHeaders: [],
    samples: [{ target, body: Buffer.from(body) }],
    passes: (candidate) => !isRefusal(reader.read(candidate)),
    call: (sample) => callRoute(oracle, sample.target, sample.body),
    now: () => (clock += 3),
    cost: new CostModel(),
  };
}
