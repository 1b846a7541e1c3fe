import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Logger } from 'pino';
import { type Probe, type Route, type ServiceDefinition } from '../../service/definition.ts';
import { UserError } from '../../service/errors.ts';
import { matcherOf } from '../../service/paths.ts';
import { type Milliseconds } from '../../service/units.ts';
import { prove, type Proof, type Sample } from './batch/prove.ts';
import { type Metrics } from './metrics.ts';
import { CallFailed, type Slot } from './r/slot.ts';
import { type Worker } from './r/worker.ts';
import { RowPlan } from './row-plan.ts';
import { NO_RULES, rulesOf, type Schema } from './rows/rules.ts';
import { compileRowSchema } from './rows/schema.ts';
import { isRefusal, RowReader } from './rows/validate.ts';

export interface RowPlansOptions {
  readonly directory: string;
  readonly definition: ServiceDefinition;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now: () => Milliseconds;
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

  /** Whether any route is to be batched. */
  get needProof(): boolean {
    return this.#planned.some(({ route }) => route.batch !== undefined);
  }

  /**
   * Finds out for each route whether requests may merge, by calls to a worker.
   * @param slot of a worker that nobody else uses meanwhile
   */
  async prove(slot: Slot<Worker>): Promise<void> {
    const { logger, metrics } = this.#options;
    for (const { route, plan, schema } of this.#planned) {
      if (route.batch === undefined) continue;
      const proof = await this.#proofOf({ route, plan, schema }, slot);
      plan.trust(proof);
      const name = nameOf(route);
      metrics.batching(name, proof.allowed);
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

  async #proofOf({ route, plan, schema }: Planned, slot: Slot<Worker>): Promise<Proof> {
    const reader = readerOf(route, schema, route.schema);
    return prove({
      field: route.rows!,
      rules: schema === undefined ? NO_RULES : rulesOf(schema),
      maxRows: route.batch!.maxRows,
      samples: await samplesOf(route, this.#options),
      passes: (body) => !isRefusal(reader.read(body)),
      now: this.#options.now,
      cost: plan.cost,
      call: async ({ target, body }) => {
        try {
          const call = plan.mergedCall(target, ['Content-Type', 'application/json'], body);
          return { kind: 'answered', answer: await slot.ask(call) };
        } catch (error) {
          if (!(error instanceof CallFailed)) throw error;
          return { kind: 'failed', reason: error.reason === 'timeout' ? 'timeout' : 'died' };
        }
      },
    });
  }
}

async function planOf(
  route: Route,
  { definition, directory, logger, metrics, now }: RowPlansOptions,
): Promise<Planned> {
  const schema = route.schema === undefined ? undefined : await readSchema(join(directory, route.schema));
  const name = nameOf(route);
  const plan = new RowPlan({
    route: name,
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

async function readSchema(file: string): Promise<Schema> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Schema;
  } catch (error) {
    throw new UserError(`${file}: a JSON Schema is expected, but it is no JSON: ${(error as Error).message}`);
  }
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
