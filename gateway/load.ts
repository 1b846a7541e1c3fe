import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Configuration } from './config.ts';
import { entities, type Entities, toOperation } from './entities.ts';
import { DocumentError, UserError } from './errors.ts';
import { parseBase } from './execution/url.ts';
import type { Gates } from './execution/admission.ts';
import { createCompiler } from './expressions/compile.ts';
import { policies } from './policies/registry.ts';
import { type ApiRoute, type OperationRoute, Routes } from './routing/routes.ts';
import { Subscriptions } from './routing/subscriptions.ts';
import { parseTemplate, templateMistake } from './routing/template.ts';
import { Build } from './compile/build.ts';
import { readFragments, readScope } from './scopes/documents.ts';
import { Plan, type PolicyList, type Scope, type ScopePolicies } from './scopes/plan.ts';

/** A configuration whose policies are compiled: all that is needed to decide about calls. */
export interface Loaded {
  readonly gates: Gates;
  readonly entities: Entities;
  /** What holds for calls that fit no API. */
  readonly plan: Plan;
}

/**
 * Reads and compiles every policy document of the configuration.
 * @throws DocumentError with all that can't be executed, UserError with mistakes in the configuration itself
 */
export async function load(config: Configuration): Promise<Loaded> {
  const { directory } = config;
  const problems: Build['problems'] = [];
  const build = new Build({
    problems,
    settings: config.settings,
    backends: new Map(config.backends.map((backend) => [backend.id, backend])),
    hasIdentity: config.managedIdentity !== undefined,
    fragments: await readFragments(config.fragments, directory, problems),
    policies,
    expressions: await createCompiler(),
    namedValues: config.namedValues,
  });
  checkTemplates(config);

  const scope = async (file: string | undefined, kind: Scope): Promise<ScopePolicies[]> =>
    file === undefined ? [] : [await readScope(file, directory, kind, build)];
  const global = await scope(config.policy, 'global');
  const productScopes = new Map<string, ScopePolicies[]>();
  for (const product of config.products) productScopes.set(product.id, await scope(product.policy, 'product'));

  const builtIn = { backend: forwarding(build) };
  const seen = entities(config, await readCertificates(config));
  const openProducts = config.products.filter((product) => !product.subscriptionRequired);
  const routes: ApiRoute[] = [];
  for (const api of config.apis) {
    const apiScope = await scope(api.policy, 'api');
    const products = config.products.filter((product) => product.apis.includes(api.id));
    const operations: OperationRoute[] = [];
    for (const operation of api.operations) {
      const narrow = [...(await scope(operation.policy, 'operation')), ...apiScope];
      operations.push({
        operation: toOperation(operation),
        template: parseTemplate(operation.urlTemplate),
        plan: new Plan([...narrow, ...global], builtIn),
        productPlans: new Map(
          products.map(({ id }) => [id, new Plan([...narrow, ...productScopes.get(id)!, ...global], builtIn)]),
        ),
      });
    }
    const seenApi = seen.apis.get(api.id)!;
    routes.push({
      api: seenApi,
      base: api.serviceUrl === undefined ? undefined : parseBase(api.serviceUrl),
      subscriptionRequired: api.subscriptionRequired,
      keyHeader: seenApi.SubscriptionKeyParameterNames.Header,
      keyQuery: seenApi.SubscriptionKeyParameterNames.Query,
      openProduct: openProducts.find((product) => product.apis.includes(api.id))?.id,
      plan: new Plan([...apiScope, ...global], builtIn),
      operations,
    });
  }
  if (problems.length > 0) throw new DocumentError(problems);
  return {
    gates: {
      routes: new Routes(routes),
      subscriptions: new Subscriptions(config.subscriptions, seen.users),
      products: seen.products,
    },
    entities: seen,
    plan: new Plan(global, builtIn),
  };
}

/** @throws UserError when one can't be read, or is none */
async function readCertificates({ certificates, directory }: Configuration): Promise<Map<string, X509Certificate>> {
  const read = new Map<string, X509Certificate>();
  for (const [id, file] of Object.entries(certificates)) {
    try {
      read.set(id, new X509Certificate(await readFile(path.resolve(directory, file))));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new UserError(`certificates.${id}: ${file} can't be read (${code ?? message})`);
    }
  }
  return read;
}

function checkTemplates(config: Configuration): void {
  const mistakes = config.apis.flatMap((api, i) =>
    api.operations.flatMap(({ urlTemplate }, j) => {
      const mistake = templateMistake(urlTemplate);
      return mistake === undefined ? [] : [`apis[${i}].operations[${j}].urlTemplate: ${urlTemplate} ${mistake}`];
    }),
  );
  if (mistakes.length > 0) throw new UserError(mistakes.join('\n'));
}

/** A new service's global policy document, as far as it does something: it forwards. */
function forwarding(build: Build): PolicyList {
  const element = {
    name: 'forward-request',
    line: 1,
    column: 1,
    attributes: new Map(),
    children: [],
    text: { kind: 'literal', text: '', line: 1 } as const,
    inner: '',
  };
  const surroundings = {
    build,
    document: '',
    scope: 'global',
    section: 'backend',
    path: '',
    inFragment: false,
    once: new Set<string>(),
  } as const;
  return build.list([element], surroundings);
}
