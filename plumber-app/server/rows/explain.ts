import type { ErrorObject, ValidateFunction } from 'ajv';

/** What is wrong in one field of one row. */
export interface RowError {
  /** Counted from 1. */
  readonly row: number;
  /** The column; a path (`address/street`) inside a nested one; absent when the row as a whole is meant. */
  readonly field?: string;
  readonly expected: string;
  readonly got: string;
}

const MOST_FIELDS = 20;
const MOST_VALUES = 20;
const MOST_VALUES_LENGTH = 300;
const MOST_VALUE_LENGTH = 80;

/**
 * The errors of a row, one a field, in the order of the schema; the first twenty.
 *
 * @param explain the validator that finds all errors, verbosely (schema.ts).
 * @param number the row's number, from 1.
 */
export function explainRow(explain: ValidateFunction, row: unknown, number: number): RowError[] {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return [{ row: number, expected: 'an object', got: shorten(row) }];
  }
  explain(row);
  // A combination (anyOf) follows its branches' errors, and says more; so the last error about a field stands for it.
  const byField = new Map<string, ErrorObject>();
  for (const error of explain.errors ?? []) byField.set(fieldOf(error), error);
  const whole = byField.get('');
  if (byField.size > 1) byField.delete('');
  return [...byField.entries()].slice(0, MOST_FIELDS).map(([field, error]) => ({
    row: number,
    ...(error !== whole && { field }),
    expected: expectedOf(error),
    got: isAbsent(error) ? 'nothing' : shorten(gotOf(error)),
  }));
}

/** A value as JSON, cut where it gets long. */
export function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MOST_VALUE_LENGTH ? `${text.slice(0, MOST_VALUE_LENGTH)}…` : text;
}

function fieldOf(error: ErrorObject): string {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { missingProperty, additionalProperty, unevaluatedProperty } = error.params as Record<string, string>;
  const inner = missingProperty ?? additionalProperty ?? unevaluatedProperty;
  return (inner === undefined ? path : [...path, inner]).join('/');
}

function isAbsent(error: ErrorObject): boolean {
  return 'missingProperty' in error.params;
}

function gotOf(error: ErrorObject): unknown {
  const { additionalProperty, unevaluatedProperty } = error.params as Record<string, string>;
  const extra = additionalProperty ?? unevaluatedProperty;
  return extra === undefined ? error.data : (error.data as Record<string, unknown>)[extra];
}

function expectedOf(error: ErrorObject): string {
  const schema = error.parentSchema as Record<string, unknown>;
  switch (error.keyword) {
    case 'required': {
      const properties = schema['properties'] as Record<string, unknown> | undefined;
      const missing = properties?.[(error.params as { missingProperty: string }).missingProperty];
      return describeSchema(referred(missing, schema));
    }
    case 'type':
    case 'enum':
    case 'const':
    case 'format':
    case 'anyOf':
    case 'oneOf':
      return describeSchema(schema);
    case 'minimum':
      return `a number of at least ${String(schema['minimum'])}`;
    case 'maximum':
      return `a number of at most ${String(schema['maximum'])}`;
    case 'exclusiveMinimum':
      return `a number above ${String(schema['exclusiveMinimum'])}`;
    case 'exclusiveMaximum':
      return `a number below ${String(schema['exclusiveMaximum'])}`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
    case 'false schema':
      return 'no such field';
    default:
      return `a value that ${error.message ?? `passes ${error.keyword}`}`;
  }
}

/** What a column's schema refers to, where that is a definition of the row's schema. */
function referred(column: unknown, row: Record<string, unknown>): unknown {
  const reference = (column as { $ref?: unknown } | undefined)?.$ref;
  const [, group, name] = /^#\/(\$defs|definitions)\/([^/~%]+)$/.exec(String(reference)) ?? [];
  if (group === undefined || name === undefined) return column;
  return (row[group] as Record<string, unknown> | undefined)?.[name] ?? column;
}

const IN_WORDS: Readonly<Record<string, string>> = {
  number: 'a number',
  integer: 'an integer',
  string: 'a string',
  boolean: 'true or false',
  null: 'null',
  object: 'an object',
  array: 'an array',
};

/** A column's schema in a few words: `a number`, `one of "a", "b"`, `an integer or null`. */
export function describeSchema(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null) return 'a value';
  const { type, enum: values, const: constant, format, anyOf, oneOf } = schema as Record<string, unknown>;
  if (Array.isArray(values)) return listed(values);
  if (constant !== undefined) return listed([constant]);
  if (type !== undefined) {
    const types = ([type].flat() as string[]).map((name) => IN_WORDS[name] ?? name).join(' or ');
    return typeof format === 'string' ? `${types} in the format "${format}"` : types;
  }
  const branches = anyOf ?? oneOf;
  return Array.isArray(branches) ? branches.map(describeSchema).join(' or ') : 'a value';
}

function listed(values: readonly unknown[]): string {
  const shown: string[] = [];
  let length = 0;
  for (const value of values.slice(0, MOST_VALUES)) {
    const text = shorten(value);
    length += text.length;
    if (length > MOST_VALUES_LENGTH && shown.length > 0) break;
    shown.push(text);
  }
  const rest = values.length - shown.length;
  const list = shown.join(', ') + (rest > 0 ? ` or ${rest} more` : '');
  return values.length === 1 ? list : `one of ${list}`;
}
