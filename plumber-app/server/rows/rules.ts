import { BOOLEAN, DOUBLE, INTEGER, NESTED, NULL, STRING } from './kinds.ts';

/** A JSON Schema as read from a file: `true`, `false` or an object of keywords. */
export type Schema = boolean | { readonly [keyword: string]: unknown };

/** What a scan can tell about one column without a schema validator. */
export interface ColumnRule {
  /** Kinds that surely pass; a value of another kind needs the validator's word. */
  readonly kinds: number;
  /** The strings that surely pass, as the UTF-8 bytes between their quotes; undefined: all. */
  readonly strings: readonly Uint8Array[] | undefined;
  /** The numbers that surely pass; undefined: all within the bounds. */
  readonly numbers: ReadonlySet<number> | undefined;
  readonly least: number;
  readonly most: number;
  /** Whether `numbers`, `least` or `most` say anything. */
  readonly bounded: boolean;
  /** Whether the schema says `number`: to it, integers and decimals are the same. */
  readonly mixes: boolean;
}

/** What a scan can tell about a whole row. */
export interface RowRules {
  /** Whether these rules can be sure of any row. */
  readonly sure: boolean;
  readonly required: ReadonlySet<string>;
  column(name: string): ColumnRule;
}

const ANYTHING = NULL | BOOLEAN | INTEGER | DOUBLE | STRING | NESTED;
const KINDS: Readonly<Record<string, number>> = {
  null: NULL,
  boolean: BOOLEAN,
  integer: INTEGER,
  number: INTEGER | DOUBLE,
  string: STRING,
};
const REMARKS = ['$comment', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly'];
const ROW_KEYWORDS = new Set([
  ...REMARKS,
  ...['$schema', '$id', 'type', 'properties', 'required', 'additionalProperties', '$defs', 'definitions'],
]);
const COLUMN_KEYWORDS = new Set([...REMARKS, ...['type', 'enum', 'const', 'minimum', 'maximum']]);

const FREE = rule(ANYTHING);
const UNSURE = rule(0);

/** The rules of rows without a schema: every object passes. */
export const NO_RULES: RowRules = { sure: true, required: new Set(), column: () => FREE };

/**
 * The part of a row's JSON Schema that can be checked while its text is read: types, enumerations, bounds and required
 * columns. Whatever else a schema says makes the columns it concerns, or all of them, unsure: then the validator
 * decides. So a row that passes these rules passes the schema; one that doesn't may still pass.
 */
export function rulesOf(schema: Schema): RowRules {
  if (schema === true) return NO_RULES;
  const unsure: RowRules = { sure: false, required: new Set(), column: () => UNSURE };
  if (schema === false || !Object.keys(schema).every((keyword) => ROW_KEYWORDS.has(keyword))) return unsure;
  if (schema['additionalProperties'] !== undefined && schema['additionalProperties'] !== true) return unsure;
  if (schema['type'] !== undefined && schema['type'] !== 'object') return unsure;
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const columns = new Map(Object.entries(properties).map(([name, column]) => [name, columnRule(column)]));
  const required = new Set((schema['required'] ?? []) as string[]);
  return { sure: true, required, column: (name) => columns.get(name) ?? FREE };
}

function columnRule(schema: Schema): ColumnRule {
  if (schema === true) return FREE;
  if (schema === false) return UNSURE;
  const types = schema['type'] === undefined ? undefined : ([schema['type']].flat() as string[]);
  const mixes = types !== undefined && types.includes('number') && types.every((t) => t === 'number' || t === 'null');
  if (!Object.keys(schema).every((keyword) => COLUMN_KEYWORDS.has(keyword))) return { ...UNSURE, mixes };
  const kinds = types === undefined ? ANYTHING : types.reduce((sum, name) => sum | (KINDS[name] ?? 0), 0);
  const least = (schema['minimum'] as number | undefined) ?? -Infinity;
  const most = (schema['maximum'] as number | undefined) ?? Infinity;
  const range = { least, most, bounded: least > -Infinity || most < Infinity, mixes };
  const allowed = allowedValues(schema);
  if (allowed === undefined) return { ...rule(kinds), ...range };
  const texts = allowed.filter((value) => typeof value === 'string');
  return {
    ...range,
    kinds: kinds & allowed.reduce<number>((sum, value) => sum | kindsOf(value), 0),
    strings: texts.map((text) => Buffer.from(JSON.stringify(text).slice(1, -1))),
    numbers: new Set(allowed.filter((value) => typeof value === 'number')),
    bounded: true,
  };
}

/** The values that `enum` and `const` leave; undefined when neither is there. */
function allowedValues(schema: { readonly [keyword: string]: unknown }): unknown[] | undefined {
  const listed = schema['enum'] as unknown[] | undefined;
  if (!('const' in schema)) return listed;
  return listed === undefined || listed.includes(schema['const']) ? [schema['const']] : [];
}

function kindsOf(value: unknown): number {
  if (value === null) return NULL;
  if (typeof value === 'string') return STRING;
  // Of the two booleans an enumeration may hold one alone, and nested values are not compared here.
  return typeof value === 'number' ? INTEGER | DOUBLE : 0;
}

function rule(kinds: number): ColumnRule {
  return {
    kinds,
    strings: undefined,
    numbers: undefined,
    least: -Infinity,
    most: Infinity,
    bounded: false,
    mixes: false,
  };
}
