import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { ValidationErrorItem, ValidationResult } from 'joi';
import { crossChecks } from './checks.ts';
import type { Probe, Route, ServiceDefinition } from './definition.ts';
import { UserError } from './errors.ts';
import { serviceNameOf } from './name.ts';
import { nearest } from './nearest.ts';
import { parseRoute } from './paths.ts';
import { productNames } from './products.ts';
import { serviceSchema, type Written } from './schema.ts';
import { readYaml, type Mistake, type Source } from './source.ts';

export interface ServiceOptions {
  /**
   * The products that a route's `access` may name: the built-in ones unless told, `any` where the environment's own
   * products are not known (a pod reads a release that was checked when it was published).
   */
  readonly products?: readonly string[] | 'any';
}

/** The file's name, next to the service's `plumber.R`. */
export const serviceFile = 'service.yaml';

/**
 * The definition of the service in a directory: its `service.yaml`, or all defaults when there is none.
 * @throws UserError that lists every mistake, one a line, as `FILE:LINE: path.to.key: what is expected (got …)`
 */
export async function loadService(directory: string, options: ServiceOptions = {}): Promise<ServiceDefinition> {
  const file = join(directory, serviceFile);
  const fallbackName = serviceNameOf(directory);
  const text = await textOf(directory, file);
  if (text === undefined) return parseService('', file, fallbackName, options);
  const { source, written, mistakes } = read(text, file, options);
  const reported = new Set(mistakes.map(({ path }) => path.join('\n')));
  const missing = await fileMistakes(directory, source.value);
  mistakes.push(...missing.filter(({ path }) => !reported.has(path.join('\n'))));
  return defined(source, written, mistakes, fallbackName);
}

/**
 * The definition in the text of a `service.yaml`; the files that it names are not looked at.
 * @param file what messages call the text
 * @param fallbackName the service's name when the text has none
 * @throws UserError as `loadService` does
 */
export function parseService(
  text: string,
  file: string,
  fallbackName: string,
  options: ServiceOptions = {},
): ServiceDefinition {
  const { source, written, mistakes } = read(text, file, options);
  return defined(source, written, mistakes, fallbackName);
}

/** The files that a definition names, relative to its directory, each once. */
export function filesOf(definition: ServiceDefinition): string[] {
  const named = [
    ...definition.routes.map(({ schema }) => schema),
    ...definition.probes.flatMap(({ body, expect }) => [body, expect]),
  ];
  return [...new Set(named.filter((file) => file !== undefined))];
}

async function textOf(directory: string, file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw new UserError(`${file} cannot be read: ${message}`);
  }
  const isDirectory = await stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory) throw new UserError(`${directory} is not a directory; one with a plumber.R is expected`);
  return undefined;
}

interface Reading {
  readonly source: Source;
  readonly written: Written;
  readonly mistakes: Mistake[];
}

function read(text: string, file: string, { products = productNames }: ServiceOptions): Reading {
  const source = readYaml(text, file);
  if (source.syntaxErrors.length > 0) throw new UserError(source.syntaxErrors.join('\n'));
  const content = withEmptyObjects(source.value);
  const result: ValidationResult<Written> = serviceSchema.validate(content, { abortEarly: false, convert: false });
  const mistakes = [...(result.error?.details ?? []).map(mistakeOf), ...crossChecks(content, products)];
  return { source: { ...source, value: content }, written: result.value as Written, mistakes };
}

/** A key with nothing after it means an empty object where one belongs: `POST /score:` or `batch:` alone. */
function withEmptyObjects(value: unknown, path: readonly string[] = []): unknown {
  if (value === null) return takesObject(path) ? {} : path[0] === 'probes' && path.length === 1 ? [] : null;
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, withEmptyObjects(child, [...path, key])]),
  );
}

function takesObject([top, second, key]: readonly string[]): boolean {
  if (top === undefined) return true;
  if (top === 'limits') return second === undefined;
  return top === 'routes' && (key === undefined || key === 'batch');
}

function mistakeOf({ path, message, type, context }: ValidationErrorItem): Mistake {
  if (type === 'object.unknown') {
    const known = message.split(', ');
    const meant = nearest(String(context?.['key']), known);
    return {
      path,
      message: `unknown key; ${meant === undefined ? `known are ${message}` : `did you mean ${meant}?`}`,
    };
  }
  if (type === 'any.required') return { path, message: `missing; expected ${message}` };
  return { path, message: `expected ${message}`, got: context?.['value'] };
}

function defined(
  source: Source,
  written: Written,
  mistakes: readonly Mistake[],
  fallbackName: string,
): ServiceDefinition {
  if (mistakes.length > 0) throw new UserError(source.describe(mistakes));
  const { limits } = written;
  return {
    ...written,
    name: written.name ?? fallbackName,
    limits: {
      timeout: limits.timeout,
      queue: limits.queue,
      queueTimeout: limits.queueTimeout,
      body: limits.body,
      workerMemory: limits.workerMemory,
    },
    routes: Object.entries(written.routes).map(([key, route]): Route => {
      const { rows, schema, batch, cache, access } = route;
      return { ...parsed(key), rows, schema, batch, cache, access };
    }),
    probes: written.probes.map(({ name, route, body, expect, tolerance, maxLatency }): Probe => {
      return { name, ...parsed(route), body, expect, tolerance, maxLatency };
    }),
  };
}

function parsed(route: string): Pick<Route, 'method' | 'path'> {
  const parts = parseRoute(route);
  if (parts === undefined) throw new TypeError(`${route} has passed the checks and is no route`);
  return parts;
}

async function fileMistakes(directory: string, written: unknown): Promise<Mistake[]> {
  const root = await realpath(directory);
  const found = await Promise.all(
    namedFiles(written).map(async ({ path, name }): Promise<Mistake | undefined> => {
      const real = await realpath(join(root, name)).catch(() => undefined);
      if (real === undefined) return { path, message: `there is no file ${name} in ${directory}` };
      if (!real.startsWith(root + sep)) return { path, message: `${name} leads out of ${directory}` };
      return (await stat(real)).isFile() ? undefined : { path, message: `${name} is not a file` };
    }),
  );
  return found.filter((mistake) => mistake !== undefined);
}

/** Every file that the text names, where it names it; what is no text has been reported already. */
function namedFiles(written: unknown): { path: (string | number)[]; name: string }[] {
  const { routes = {}, probes = [] } = written as { routes?: unknown; probes?: unknown };
  const owners: { path: (string | number)[]; keys: readonly string[]; owner: unknown }[] = [
    ...Object.entries(routes ?? {}).map(([key, owner]) => ({
      path: ['routes', key],
      keys: ['schema'],
      owner: owner as unknown,
    })),
    ...(Array.isArray(probes) ? probes : []).map((owner: unknown, index) => ({
      path: ['probes', index],
      keys: ['body', 'expect'],
      owner,
    })),
  ];
  return owners.flatMap(({ path, keys, owner }) =>
    keys.flatMap((key) => {
      const name = (owner as Record<string, unknown> | null)?.[key];
      return typeof name === 'string' && !name.includes('\0') ? [{ path: [...path, key], name }] : [];
    }),
  );
}
