import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { UserError } from '../../../service/errors.ts';
import type { ServiceDefinition } from '../../../service/definition.ts';
import type { Schema } from './rules.ts';

/** The validators of one row. */
export interface RowSchema {
  /** Says yes or no, as fast as it can. */
  readonly passes: ValidateFunction;
  /** Finds every error in a row, with the values and schemas concerned. */
  readonly explain: ValidateFunction;
}

/**
 * Compiles the JSON Schema of one row: draft 7 or 2020-12 (also where `$schema` says nothing), with the formats of
 * ajv-formats. Keywords and formats that neither knows are mistakes, names that start with `x-` aside.
 *
 * @param place the schema's file, for messages.
 * @throws UserError when it is no JSON Schema.
 */
export function compileRowSchema(schema: Schema, place: string): RowSchema {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema))) {
    throw new UserError(`${place}: a JSON Schema is an object, but this is ${JSON.stringify(schema).slice(0, 40)}`);
  }
  const draft = typeof schema === 'boolean' ? undefined : schema['$schema'];
  const Dialect = dialectOf(draft, place);
  const compile = (allErrors: boolean) => {
    const ajv = new Dialect({
      allErrors,
      verbose: allErrors,
      ownProperties: true,
      strictTypes: false,
      strictTuples: false,
      strictRequired: false,
      validateFormats: true,
      validateSchema: false,
      logger: false,
    });
    addFormats(ajv);
    ajv.addVocabulary(['example', ...extensions(schema)]);
    return ajv.compile(schema);
  };
  try {
    const checker = checkerOf(Dialect);
    if (checker.validateSchema(schema) !== true) throw new Error(`schema is invalid: ${checker.errorsText()}`);
    return { passes: compile(false), explain: compile(true) };
  } catch (error) {
    throw new UserError(`${place}: no valid JSON Schema: ${(error as Error).message}`);
  }
}

/** Reads the JSON Schema of one row. @throws UserError when the file is not there, or no JSON */
export async function readRowSchema(directory: string, file: string): Promise<Schema> {
  const path = join(directory, file);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Schema;
  } catch (error) {
    throw new UserError(`${path}: a JSON Schema is expected, but it is no JSON: ${(error as Error).message}`);
  }
}

/** Compiles every schema that a service names, as the server does. @throws UserError that names one that is none */
export async function checkRowSchemas(directory: string, { routes }: ServiceDefinition): Promise<void> {
  for (const { schema } of routes) {
    if (schema !== undefined) compileRowSchema(await readRowSchema(directory, schema), join(directory, schema));
  }
}

/** A dialect's own schema, compiled: that takes longer than to compile all rows of most services. */
const checkers = new Map<typeof Ajv | typeof Ajv2020, Ajv | Ajv2020>();

function checkerOf(Dialect: typeof Ajv | typeof Ajv2020): Ajv | Ajv2020 {
  const checker = checkers.get(Dialect) ?? new Dialect({ logger: false });
  checkers.set(Dialect, checker);
  return checker;
}

function dialectOf(draft: unknown, place: string): typeof Ajv | typeof Ajv2020 {
  if (draft === undefined) return Ajv2020;
  const name = typeof draft === 'string' ? draft.replace(/^https?:/, '').replace(/#$/, '') : '';
  if (name === '//json-schema.org/draft-07/schema') return Ajv;
  if (name === '//json-schema.org/draft/2020-12/schema') return Ajv2020;
  throw new UserError(`${place}: "$schema" is ${JSON.stringify(draft)}; expected draft-07 or draft 2020-12`);
}

/** The extension keywords anywhere in a schema. */
function extensions(schema: unknown, found = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword.startsWith('x-') && !Array.isArray(schema)) found.add(keyword);
    extensions(value, found);
  }
  return found;
}
