import joi from 'joi';
import type { Batch, Limits } from './definition.ts';
import { isServiceName, serviceNameForm } from './name.ts';
import { defaultAccess } from './products.ts';
import { durationForm, parseDuration, parseSize, sizeForm } from './units.ts';

/** `service.yaml` after its shape has been checked and its defaults filled in; routes and probes still as written. */
export interface Written {
  readonly name?: string;
  readonly description: string;
  readonly packages: readonly string[];
  readonly workers: number | 'auto';
  readonly concurrency: number;
  readonly startup: 'fork' | 'spawn';
  readonly gpu: boolean;
  readonly limits: Partial<Limits>;
  readonly routes: Readonly<Record<string, WrittenRoute>>;
  readonly probes: readonly WrittenProbe[];
}

export interface WrittenRoute {
  readonly rows?: string;
  readonly schema?: string;
  readonly batch?: Batch;
  readonly cache?: number;
  readonly access: readonly string[];
}

export interface WrittenProbe {
  readonly name: string;
  readonly route: string;
  readonly body?: string;
  readonly expect?: string;
  readonly tolerance: number;
  readonly maxLatency?: number;
}

/** The largest difference that a probe's answer may have when the probe doesn't say. */
const defaultTolerance = 1e-6;

const duration = joi.custom(reader(parseDuration)).messages({ '*': durationForm });
const size = joi.custom(reader(parseSize)).messages({ '*': sizeForm });
/** Where none at all would refuse every call, or end every worker: whoever wants no limit leaves it out. */
const aboveZero = (amount: joi.AnySchema) =>
  amount
    .custom((value: number, helpers) => (value > 0 ? value : helpers.error('number.positive')))
    .messages({ 'number.positive': 'more than 0; without this key there is no limit' });
const text = joi.string().allow('').messages({ '*': 'a text' });
const flag = joi.boolean().messages({ '*': 'true or false' });
const file = joi
  .string()
  .custom((value: string, helpers) => (isInside(value) ? value : helpers.error('any.invalid')))
  .messages({ '*': "the path of a file inside the service's directory, relative to it, with forward slashes" });

const limits = record({
  timeout: aboveZero(duration),
  queue: count(0),
  queueTimeout: duration,
  body: size,
  workerMemory: aboveZero(size),
});

const batch = record({
  maxRows: count(1).default(512),
  splitRows: count(1).default(5_000),
  maxWait: duration.default(0),
  headers: list(
    joi
      .string()
      .pattern(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)
      .custom((value: string) => value.toLowerCase())
      .messages({ '*': 'the name of a request header' }),
    'a list of request header names, such as [accept-language]',
  ).default([]),
});

const route = record({
  rows: joi.string().messages({ '*': 'the JSON field that holds the rows, or "." when the body itself is the array' }),
  schema: file,
  batch,
  cache: duration,
  access: list(
    joi.string().messages({ '*': "a product's name" }),
    'a list of products, such as [standard, trial]',
  ).default([...defaultAccess]),
});

const probe = record({
  name: joi
    .string()
    .pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
    .required()
    .messages({ '*': 'a name of letters, digits, hyphens, dots and underscores, 63 at most' }),
  route: joi.string().required().messages({ '*': 'a method and a path, such as POST /score' }),
  body: file,
  expect: file,
  tolerance: joi.number().min(0).default(defaultTolerance).messages({ '*': 'a number, at least 0, such as 1e-6' }),
  maxLatency: aboveZero(duration),
});

/** The shape of `service.yaml`. In its error details `message` says what is expected. */
export const serviceSchema = record({
  name: joi
    .string()
    .custom((value: string, helpers) => (isServiceName(value) ? value : helpers.error('any.invalid')))
    .messages({ '*': serviceNameForm }),
  description: text.default(''),
  packages: list(
    joi
      .string()
      .pattern(/^[A-Za-z][A-Za-z0-9.]*$/)
      .messages({ '*': "an R package's name, such as randomForest" }),
    'a list of R packages, such as [randomForest]',
  ).default([]),
  workers: joi
    .alternatives(joi.number().integer().min(1), joi.valid('auto'))
    .default('auto')
    .messages({ '*': 'auto, or a whole number of at least 1' }),
  concurrency: count(1).default(1),
  startup: joi.valid('fork', 'spawn').default('fork').messages({ '*': 'fork or spawn' }),
  gpu: flag.default(false),
  limits: limits.default({}),
  routes: joi
    .object()
    .pattern(joi.string(), route)
    .default({})
    .messages({ 'object.base': 'routes by method and path, such as POST /score' }),
  probes: list(probe, 'a list of probes, each with a name and a route').default([]),
});

/** An object of these keys and no others. The message about an unknown one lists them. */
function record(keys: Record<string, joi.Schema>): joi.ObjectSchema {
  const known = Object.keys(keys).join(', ');
  return joi.object(keys).messages({ 'object.base': `an object with any of ${known}`, 'object.unknown': known });
}

function list(item: joi.Schema, expected: string): joi.ArraySchema {
  return joi.array().items(item).unique().messages({
    'array.base': expected,
    'array.unique': 'another entry: this one is there already',
  });
}

function count(least: number): joi.NumberSchema {
  return joi
    .number()
    .integer()
    .min(least)
    .messages({ '*': `a whole number of at least ${least}` });
}

function reader(parse: (text: unknown) => number): joi.CustomValidator {
  return (value: unknown, helpers) => {
    try {
      return parse(value);
    } catch {
      return helpers.error('any.invalid');
    }
  };
}

function isInside(path: string): boolean {
  const parts = path.split('/');
  return !path.includes('\\') && !path.includes('\0') && !parts.includes('..') && !parts.includes('');
}
