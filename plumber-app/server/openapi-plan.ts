import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Probe, Route, ServiceDefinition } from '../../service/definition.ts';
import { matcherOf } from '../../service/paths.ts';
import { withLength } from './batch/answer.ts';
import { askingPlain, compressed, isEncoded, wantsGzip } from './encoding.ts';
import type { Job } from './job.ts';
import { publicBase } from './openapi/base.ts';
import { describeApi, type Example, type RouteFacts } from './openapi/describe.ts';
import { refusalOf, type Plan } from './plan.ts';
import type { Staff } from './staff.ts';

/** Where Plumber serves the description of an API. */
export const openApiRoute = { method: 'GET', path: '/openapi.json' } as const;

/**
 * The description of a service with `rows` routes: Plumber's, with what it does not know of them. A service without such
 * routes has no plan of this kind: its document stays as Plumber wrote it.
 */
export class OpenApiPlan implements Plan {
  readonly #definition: ServiceDefinition;
  readonly #facts: ReadonlyMap<Route, RouteFacts>;

  private constructor(definition: ServiceDefinition, facts: ReadonlyMap<Route, RouteFacts>) {
    this.#definition = definition;
    this.#facts = facts;
  }

  /** Reads the schemas and the probes' files. Undefined when no route has rows. */
  static async read(definition: ServiceDefinition, directory: string): Promise<OpenApiPlan | undefined> {
    const routes = definition.routes.filter(({ rows }) => rows !== undefined);
    if (routes.length === 0) return undefined;
    const facts = await Promise.all(
      routes.map(async (route): Promise<[Route, RouteFacts]> => {
        const schema = await parsed(directory, route.schema);
        return [route, { schema, examples: await examplesOf(route, definition.probes, directory) }];
      }),
    );
    return new OpenApiPlan(definition, new Map(facts));
  }

  take(first: Job): readonly Job[] {
    return [first];
  }

  async run([job]: readonly Job[], { given }: Staff): Promise<void> {
    if (job === undefined) return;
    const call = job.toCall();
    try {
      // With a Referer Plumber would take the server's URL from it.
      const asking = askingPlain(without(call.headers, 'referer'));
      const { status, message, headers, body } = await given.ask({ ...call, headers: asking });
      const described = Buffer.from((status === 200 ? this.#describe(job, body.toString()) : undefined) ?? body);
      const plain = { headers: withLength(headers, described.length), body: described };
      const sent = wantsGzip(job.headers) && !isEncoded(headers) ? compressed(plain.headers, plain.body) : plain;
      job.answer(status, message, sent.headers, sent.body);
    } catch (error) {
      job.refuse(refusalOf(error as Error));
    }
  }

  #describe({ request }: Job, written: string): string | undefined {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
    );
    const base = publicBase({ headers, isEncrypted: 'encrypted' in request.socket });
    try {
      return describeApi(written, { definition: this.#definition, facts: (route) => this.#facts.get(route), base });
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}

async function examplesOf(route: Route, probes: readonly Probe[], directory: string): Promise<Example[]> {
  const matches = matcherOf(route.path);
  const own = probes.filter(({ method, path }) => method === route.method && matches(path.replace(/\?.*/, '')));
  return Promise.all(
    own.map(async ({ name, body, expect }) => ({
      name,
      request: await parsed(directory, body),
      response: await parsed(directory, expect),
    })),
  );
}

/** A file's JSON; undefined when there is none, or it isn't JSON. */
async function parsed(directory: string, file: string | undefined): Promise<unknown> {
  if (file === undefined) return undefined;
  try {
    return JSON.parse(await readFile(join(directory, file), 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function without(headers: readonly string[], name: string): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]!.toLowerCase() !== name) kept.push(headers[i]!, headers[i + 1]!);
  }
  return kept;
}
