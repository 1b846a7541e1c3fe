/** The schema, in the words of OpenAPI 3.0, of values such as these examples. Says only what all of them have in common. */
export function schemaLike(examples: readonly unknown[]): Record<string, unknown> {
  const values = examples.filter((value) => value !== null && value !== undefined);
  const nullable = values.length < examples.length && { nullable: true };
  const types = new Set(values.map(typeOf));
  const [type] = types;
  if (types.size !== 1 || type === undefined) return {};
  if (type === 'array') return { type, items: schemaLike((values as unknown[][]).flat(1)), ...nullable };
  if (type !== 'object') return { type, ...nullable };
  const objects = values as Record<string, unknown>[];
  const names = [...new Set(objects.flatMap(Object.keys))];
  const properties = names.map((name) => [
    name,
    schemaLike(objects.filter((object) => name in object).map((object) => object[name])),
  ]);
  return { type, properties: Object.fromEntries(properties) as unknown, ...nullable };
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}
