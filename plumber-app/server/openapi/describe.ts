import type { Route, ServiceDefinition } from '../../../service/definition.ts';
import { templateOf } from '../../../service/paths.ts';
import { toOpenApi30 } from './dialect.ts';
import { schemaLike } from './infer.ts';
import { objectAt, type ObjectTree, printTree, readTree, type Tree, treeOf, valueOf } from './tree.ts';

/** A probe's request body and expected answer, parsed; undefined where it has none, or one that isn't JSON. */
export interface Example {
  readonly name: string;
  readonly request: unknown;
  readonly response: unknown;
}

/** What is known of a route that Plumber does not know. */
export interface RouteFacts {
  /** JSON Schema of one row. */
  readonly schema: unknown;
  readonly examples: readonly Example[];
}

export interface Description {
  readonly definition: Pick<ServiceDefinition, 'routes' | 'limits'>;
  /** For a route of the definition; undefined when there is nothing. */
  readonly facts: (route: Route) => RouteFacts | undefined;
  /** The URL under which the caller sees the service (base.ts); empty: relative to the document. */
  readonly base: string;
}

/** How many rows of a probe an example shows. */
const MOST_EXAMPLE_ROWS = 5;
const ERROR_SCHEMA = 'PenstockError';

/**
 * The OpenAPI document of a service: the one Plumber wrote, with the bodies of the `rows` routes, their answers and
 * errors described, and with the URL of the server. All else stays as Plumber wrote it, in its order, save what no
 * OpenAPI validator accepts (a `required` that is no list).
 *
 * @param written Plumber's document, asked for without a Referer.
 * @throws SyntaxError when that is no JSON.
 */
export function describeApi(written: string, description: Description): string {
  const document = readTree(written);
  if (!(document instanceof Map)) return written;
  mendRequired(document);
  setServer(document, description.base);
  const is30 = String(valueOf(document.get('openapi'))).startsWith('3.0');
  let isDescribed = false;
  for (const route of description.definition.routes) {
    if (route.rows === undefined) continue;
    const operation = objectAt(document, 'paths', templateOf(route.path), route.method.toLowerCase());
    if (operation === undefined) continue;
    describeOperation(operation, route, route.rows, description, is30);
    isDescribed = true;
  }
  if (isDescribed) addErrorSchema(document);
  return printTree(document);
}

/** Plumber writes a list of one required name as a string. */
function mendRequired(tree: Tree): void {
  if (Array.isArray(tree)) tree.forEach(mendRequired);
  if (!(tree instanceof Map)) return;
  for (const [name, value] of tree) {
    const isName = !Array.isArray(value) && !(value instanceof Map) && value.text.startsWith('"');
    if (name === 'required' && isName && tree.has('properties')) tree.set(name, [value]);
    else mendRequired(value);
  }
}

/** Plumber leaves the URL empty unless the service gives one of its own. */
function setServer(document: ObjectTree, base: string): void {
  const servers = valueOf(document.get('servers')) as { url?: unknown }[] | undefined;
  if (Array.isArray(servers) && servers.some(({ url }) => typeof url === 'string' && url !== '')) return;
  document.set('servers', treeOf([{ url: base === '' ? '/' : base }]));
}

function describeOperation(
  operation: ObjectTree,
  route: Route,
  rows: string,
  { definition, facts }: Description,
  is30: boolean,
): void {
  const { schema, examples = [] } = facts(route) ?? {};
  const row = rowSchema(schema, is30);
  dropParameters(operation, rows === '.' ? Object.keys((row as { properties?: object }).properties ?? {}) : [rows]);
  const requests = examples.filter(({ request }) => request !== undefined);
  describeBody(
    operation,
    rows,
    row,
    requests.map(({ name, request }) => [name, { value: fewRows(request, rows) }]),
  );
  const answers = examples.filter(({ response }) => response !== undefined);
  describeAnswer(operation, answers);
  const responses = objectAt(operation, 'responses');
  if (responses === undefined) return;
  for (const [status, error] of errorsOf(route, definition.limits))
    if (!responses.has(status)) responses.set(status, treeOf(error));
}

function rowSchema(schema: unknown, is30: boolean): unknown {
  if (schema === undefined) return { type: 'object' };
  if (is30) return toOpenApi30(schema);
  // In 3.1 a reference would be looked for in the whole document.
  return JSON.stringify(schema).includes('"$ref"') ? { type: 'object' } : schema;
}

/** Plumber takes a handler's arguments for query parameters when it is not told otherwise. */
function dropParameters(operation: ObjectTree, names: readonly string[]): void {
  const parameters = operation.get('parameters');
  if (!Array.isArray(parameters)) return;
  const isDropped = (parameter: Tree) => {
    const { name, in: where } = (valueOf(parameter) ?? {}) as { name?: string; in?: string };
    return where === 'query' && name !== undefined && names.includes(name);
  };
  operation.set(
    'parameters',
    parameters.filter((parameter) => !isDropped(parameter)),
  );
}

function describeBody(
  operation: ObjectTree,
  rows: string,
  row: unknown,
  examples: readonly (readonly [string, object])[],
): void {
  const list = { type: 'array', items: row };
  const written = operation.get('requestBody');
  const content = objectAt(written, 'content') ?? new Map<string, Tree>();
  const others = objectAt(content, 'application/json', 'schema', 'properties');
  const schema = treeOf(rows === '.' ? list : { type: 'object', properties: { [rows]: list }, required: [rows] });
  const properties = objectAt(schema, 'properties');
  if (rows !== '.' && others !== undefined)
    for (const [name, other] of others) if (name !== rows) properties?.set(name, other);
  const media: ObjectTree = new Map([['schema', schema]]);
  if (examples.length > 0) media.set('examples', treeOf(Object.fromEntries(examples)));
  content.set('application/json', media);
  const body = written instanceof Map ? written : new Map<string, Tree>();
  body.set('required', treeOf(true));
  body.set('content', content);
  operation.set('requestBody', body);
}

/** Says what a good answer looks like, if Plumber doesn't. */
function describeAnswer(operation: ObjectTree, answers: readonly Example[]): void {
  const ok = objectAt(operation, 'responses', '200');
  if (ok === undefined || ok.has('content') || answers.length === 0) return;
  const schema = schemaLike(answers.map(({ response }) => response));
  const examples = Object.fromEntries(answers.map(({ name, response }) => [name, { value: fewElements(response) }]));
  ok.set('content', treeOf({ 'application/json': { schema, examples } }));
}

/** A body with the first of its rows. */
function fewRows(body: unknown, rows: string): unknown {
  const list = rows === '.' ? body : (body as Record<string, unknown> | null)?.[rows];
  if (!Array.isArray(list)) return body;
  const few = list.slice(0, MOST_EXAMPLE_ROWS);
  return rows === '.' ? few : { ...(body as object), [rows]: few };
}

/** An answer with the first elements of its array, or arrays. */
function fewElements(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.slice(0, MOST_EXAMPLE_ROWS);
  if (typeof answer !== 'object' || answer === null) return answer;
  const few = (value: unknown) => (Array.isArray(value) ? value.slice(0, MOST_EXAMPLE_ROWS) : value);
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, few(value)]));
}

function errorsOf(route: Route, limits: ServiceDefinition['limits']): [string, object][] {
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${ERROR_SCHEMA}` } } };
  const headers = { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } };
  const errors: [string, object][] = [['400', { description: 'The body is not valid JSON', content }]];
  if (limits.body !== undefined) errors.push(['413', { description: 'The body is too large', content }]);
  if (route.schema !== undefined) {
    errors.push([
      '422',
      { description: 'Rows break the schema; `detail` names each row, field and what was expected', content },
    ]);
  }
  errors.push(['502', { description: 'The worker ended before it had answered', content }]);
  errors.push(['503', { description: 'Too many requests are waiting', headers, content }]);
  if (limits.timeout !== undefined) errors.push(['504', { description: 'The call took too long', content }]);
  return errors;
}

function addErrorSchema(document: ObjectTree): void {
  const components = objectAt(document, 'components') ?? new Map<string, Tree>();
  const schemas = objectAt(components, 'schemas') ?? new Map<string, Tree>();
  schemas.set(
    ERROR_SCHEMA,
    treeOf({ type: 'object', properties: { error: { type: 'string' }, detail: {} }, required: ['error'] }),
  );
  components.set('schemas', schemas);
  document.set('components', components);
}
