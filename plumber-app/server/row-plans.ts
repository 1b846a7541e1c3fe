import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Probe, Route, ServiceDefinition } from '../../service/definition.ts';
import { matcherOf } from '../../service/paths.ts';
import type { Milliseconds } from '../../service/units.ts';
import type { Outcome } from './batch/answer.ts';
import { prove, type Proof, type Sample } from './batch/prove.ts';
import type { Metrics } from './metrics.ts';
import { askOf, noWorker } from './outcome.ts';
import type { Call } from './r/connection.ts';
import { RowPlan } from './row-plan.ts';
import { readsAsJson } from './rows/media.ts';
import { NO_RULES, rulesOf, type Schema } from './rows/rules.ts';
import { compileRowSchema, readRowSchema } from './rows/schema.ts';
import { isRefusal, RowReader, type Refusal as BodyRefusal } from './rows/validate.ts';
import type { Staff } from './staff.ts';

/** A call of the comparison that takes longer speaks against merging: the service shall start. */
const longestProbe: Milliseconds = 60_000;

export interface RowPlansOptions {
  readonly directory: string;
  readonly definition: ServiceDefinition;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now: () => Milliseconds;
}

/** A request as far as its rows matter. */
export interface RowCall {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly contentType: string | undefined;
  readonly body: Buffer | undefined;
}

/** What is known of the batching of one route. */
export interface BatchingStatus {
  readonly route: string;
  readonly merged: boolean;
  /** Why not, or why integers and decimals are kept apart; null when there is nothing to say. */
  readonly reason: string | null;
}

interface Planned {
  readonly route: Route;
  readonly plan: RowPlan;
  readonly schema: Schema | undefined;
}

/** The plans of a service's routes whose bodies hold rows. */
export class RowPlans {
  readonly #options: RowPlansOptions;
  readonly #planned: readonly Planned[];

  private constructor(options: RowPlansOptions, planned: readonly Planned[]) {
    this.#options = options;
    this.#planned = planned;
  }

  /** Reads and compiles the schemas. @throws UserError that names a schema that is none */
  static async read(options: RowPlansOptions): Promise<RowPlans> {
    const routes = options.definition.routes.filter(({ rows }) => rows !== undefined);
    return new RowPlans(options, await Promise.all(routes.map((route) => planOf(route, options))));
  }

  /** The plan of a route as the service declares it; undefined when its bodies hold no rows. */
  planFor(method: string, path: string): RowPlan | undefined {
    return this.#planned.find(({ route }) => route.method === method && route.path === path)?.plan;
  }

  /** What the caller who sends such a body would be told instead of R's answer; undefined when R would see it. */
  refusalOf({ method, target, contentType, body }: RowCall): BodyRefusal | undefined {
    const path = target.replace(/\?.*/, '');
    const planned = this.#planned.find(({ route }) => route.method === method && matcherOf(route.path)(path));
    if (planned === undefined || body === undefined || !readsAsJson(contentType, body)) return undefined;
    const read = readerOf(planned.route, planned.schema, planned.route.schema).read(body);
    return isRefusal(read) ? read : undefined;
  }

  /** Whether any route is to be batched. */
  get needProof(): boolean {
    return this.#planned.some(({ route }) => route.batch !== undefined);
  }

  /** Finds out for each route whether requests may merge, by calls to a worker. */
  async prove(staff: Staff): Promise<void> {
    const { logger } = this.#options;
    for (const { route, plan, schema } of this.#planned) {
      if (route.batch === undefined) continue;
      const proof = await this.#proofOf({ route, plan, schema }, staff);
      plan.trust(proof);
      const name = nameOf(route);
      if (!proof.allowed) logger.warn({ route: name, reason: proof.reason }, 'requests are not merged');
      else if (proof.reason !== undefined)
        logger.info({ route: name, reason: proof.reason }, 'requests merge, numbers apart');
    }
  }

  status(): BatchingStatus[] {
    return this.#planned
      .filter(({ route }) => route.batch !== undefined)
      .map(({ route, plan: { proof } }) => ({
        route: nameOf(route),
        merged: proof?.allowed ?? false,
        reason: proof?.reason ?? null,
      }));
  }

  async #proofOf({ route, plan, schema }: Planned, staff: Staff): Promise<Proof> {
    const reader = readerOf(route, schema, route.schema);
    return prove({
      field: route.rows!,
      rules: schema === undefined ? NO_RULES : rulesOf(schema),
      maxRows: route.batch!.maxRows,
      samples: await samplesOf(route, this.#options),
      namedHeaders: route.batch!.headers,
      passes: (body) => !isRefusal(reader.read(body)),
      now: this.#options.now,
      cost: plan.cost,
      call: ({ target, body, headers = [] }) => {
        const call = plan.mergedCall(target, ['Content-Type', 'application/json'], body);
        return probe({ ...call, headers: [...call.headers, ...headers] }, staff);
      },
    });
  }
}

/** Made again when its worker dies, since workers also die of other causes. */
async function probe(call: Call, staff: Staff): Promise<Outcome> {
  const ask = async () => (await staff.lend((slot) => askOf(slot, call, longestProbe))) ?? noWorker;
  const outcome = await ask();
  return outcome.kind === 'failed' && outcome.reason === 'died' ? ask() : outcome;
}

async function planOf(
  route: Route,
  { definition, directory, logger, metrics, now }: RowPlansOptions,
): Promise<Planned> {
  const schema = route.schema === undefined ? undefined : await readRowSchema(directory, route.schema);
  const name = nameOf(route);
  const plan = new RowPlan({
    route: name,
    method: route.method,
    field: route.rows!,
    reader: readerOf(route, schema, route.schema),
    batch: route.batch,
    timeout: definition.limits.timeout,
    logger,
    now,
    onMerged: (requests, rows) => metrics.merged(name, requests, rows),
  });
  return { route, plan, schema };
}

function readerOf(route: Route, source: Schema | undefined, place: string | undefined): RowReader {
  const schema = source === undefined ? undefined : { source, compiled: compileRowSchema(source, place ?? '') };
  return new RowReader({ route: nameOf(route), field: route.rows!, schema });
}

/** The bodies of the probes that call the route. */
async function samplesOf(route: Route, { definition, directory }: RowPlansOptions): Promise<Sample[]> {
  const matches = matcherOf(route.path);
  const calls = ({ method, path, body }: Probe) =>
    method === route.method && body !== undefined && matches(path.replace(/\?.*/, ''));
  const probes = definition.probes.filter(calls);
  return Promise.all(
    probes.map(async ({ path, body }) => ({ target: path, body: await readFile(join(directory, body!)) })),
  );
}

function nameOf({ method, path }: Route): string {
  return `${method} ${path}`;
}
