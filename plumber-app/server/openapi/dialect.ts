type Schema = Readonly<Record<string, unknown>>;

/** Keywords of JSON Schema that OpenAPI 3.0 has with the same meaning (OpenAPI 3.0.3, "Schema Object"). */
const SHARED = [
  ...['title', 'description', 'default', 'enum', 'format', 'pattern', 'multipleOf', 'minimum', 'maximum'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties', 'required'],
  ...['readOnly', 'writeOnly', 'deprecated'],
];

/**
 * A JSON Schema (draft 7 or 2020-12) in the words of OpenAPI 3.0, which knows no `null` type, no lists of types, no
 * `const`. References into the schema are written out. What can't be said in 3.0 (`if`, `patternProperties` …) is left
 * out: the description may say less than the schema, never anything else.
 */
export function toOpenApi30(schema: unknown): Schema {
  return translate(schema, schema, []);
}

/** @param within the references that lead here: one that comes again has no end, and is left open. */
function translate(schema: unknown, root: unknown, within: readonly string[]): Schema {
  if (schema === false) return { not: {} };
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return {};
  const source = schema as Schema;
  const reference = source['$ref'];
  if (typeof reference === 'string') {
    return within.includes(reference) ? {} : translate(resolve(reference, root), root, [...within, reference]);
  }
  const below = (part: unknown) => translate(part, root, within);
  const result: Record<string, unknown> = { ...typesOf(source) };
  for (const keyword of SHARED) if (source[keyword] !== undefined) result[keyword] = source[keyword];
  if ('const' in source) result['enum'] = [source['const']];
  if (Array.isArray(result['enum']) && result['enum'].includes(null)) result['nullable'] = true;
  if (Array.isArray(result['required']) && result['required'].length === 0) delete result['required'];
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'] as const,
    ['maximum', 'exclusiveMaximum'] as const,
  ]) {
    if (typeof source[exclusive] === 'number') Object.assign(result, { [bound]: source[exclusive], [exclusive]: true });
  }
  const examples = source['examples'];
  if (source['example'] !== undefined) result['example'] = source['example'];
  else if (Array.isArray(examples) && examples.length > 0) result['example'] = examples[0] as unknown;
  if (typeof source['properties'] === 'object' && source['properties'] !== null) {
    const properties = Object.entries(source['properties']).map(([name, part]) => [name, below(part)] as const);
    result['properties'] = Object.fromEntries(properties);
  }
  const additional = source['additionalProperties'];
  if (additional !== undefined)
    result['additionalProperties'] = typeof additional === 'boolean' ? additional : below(additional);
  if (result['type'] === 'array') result['items'] = below(source['items'] ?? {});
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const parts = source[keyword];
    if (Array.isArray(parts)) combine(result, keyword, parts, below);
  }
  if (source['not'] !== undefined) result['not'] = below(source['not']);
  return result;
}

function typesOf({ type }: Schema): Schema {
  if (typeof type === 'string') return type === 'null' ? { nullable: true, enum: [null] } : { type };
  if (!Array.isArray(type)) return {};
  const others = type.filter((name) => name !== 'null') as string[];
  const nullable = others.length < type.length && { nullable: true };
  if (others.length === 1) return { type: others[0], ...nullable };
  return { anyOf: others.map((name) => (name === 'array' ? { type: name, items: {} } : { type: name })), ...nullable };
}

/** Adds a combination; a branch that is `null` alone makes the others nullable. */
function combine(
  result: Record<string, unknown>,
  keyword: string,
  parts: unknown[],
  below: (part: unknown) => Schema,
): void {
  const isNull = (part: unknown) => (part as Schema | null)?.['type'] === 'null';
  const others = keyword === 'allOf' ? parts : parts.filter((part) => !isNull(part));
  const isNullable = others.length < parts.length;
  const branches = others.map((part) => (isNullable ? { ...below(part), nullable: true } : below(part)));
  if (branches.length === 1 && Object.keys(result).length === 0) Object.assign(result, branches[0]);
  else if (result[keyword] === undefined) result[keyword] = branches;
  else result['allOf'] = [...((result['allOf'] as unknown[] | undefined) ?? []), { [keyword]: branches }];
}

/** What a reference within the schema (`#/definitions/x`) means; undefined for any other. */
function resolve(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) return undefined;
  let at = root;
  for (const part of reference.split('/').slice(1)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    at = typeof at === 'object' && at !== null ? (at as Schema)[name] : undefined;
  }
  return at;
}
