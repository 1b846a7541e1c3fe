import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Method } from '../../service/definition.ts';
import { contentTypeOf } from '../../service/content-type.ts';
import { send } from '../call/send.ts';
import type { RunningService } from './stack.ts';

/** A call that shows that a service answers. */
export interface SampleCall {
  readonly method: Method;
  readonly url: string;
  readonly body: string | Buffer | undefined;
  readonly contentType?: string;
  /** Where the body is, when it does not fit on a line. */
  readonly file?: string;
}

/**
 * A call to show: the first row of the service's first probe; without probes the API's first GET route that needs no
 * parameter in its path, or its description.
 *
 * @param key to ask the API for its routes with
 */
export async function sampleCall(service: RunningService, key: string): Promise<SampleCall> {
  const [probe] = service.definition.probes;
  if (probe === undefined)
    return { method: 'GET', url: service.url + (await firstGetRoute(service.url, key)), body: undefined };
  const { method, path } = probe;
  const url = service.url + path;
  if (probe.body === undefined) return { method, url, body: undefined };
  const file = join(service.directory, probe.body);
  const contentType = contentTypeOf(probe.body);
  const bytes = await readFile(file);
  if (contentType !== 'application/json') return { method, url, body: bytes, contentType, file };
  const rows = service.definition.routes.find((route) => route.method === method && route.path === path)?.rows;
  return { method, url, body: firstRow(bytes.toString().trim(), rows), contentType };
}

/** The call as a line for a shell. */
export function curlLine({ method, url, body, contentType, file }: SampleCall, key: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const content = typeof body === 'string' ? ['-d', quote(body)] : ['--data-binary', quote(`@${file}`)];
  const data = body === undefined ? [] : ['-H', quote(`Content-Type: ${contentType}`), ...content];
  const verb = method === (body === undefined ? 'GET' : 'POST') ? [] : ['-X', method];
  return ['curl', '-s', ...verb, quote(url), '-H', quote(`Ocp-Apim-Subscription-Key: ${key}`), ...data].join(' ');
}

/** The body with its first row alone, where its rows are known, so that it fits on a line. */
function firstRow(body: string, rows: string | undefined): string {
  if (rows === undefined) return body;
  const value = JSON.parse(body) as unknown;
  if (rows === '.') return JSON.stringify((value as unknown[]).slice(0, 1));
  const fields = value as Record<string, unknown[]>;
  return JSON.stringify({ ...fields, [rows]: fields[rows]?.slice(0, 1) });
}

interface Described {
  readonly parameters?: readonly { readonly required?: boolean }[];
}

/** The API's first GET route that needs no parameter, else its description, which may not be there. */
export async function firstGetRoute(api: string, key: string | undefined): Promise<string> {
  const description = '/openapi.json';
  const { status, body } = await send({ method: 'GET', url: api + description, body: undefined }, key);
  const paths = status === 200 ? Object.entries(pathsIn(body)) : [];
  const route = paths.find(([path, { get }]) => {
    return get !== undefined && !path.includes('{') && !get.parameters?.some(({ required }) => required);
  });
  return route?.[0] ?? description;
}

function pathsIn(description: string): Record<string, { readonly get?: Described }> {
  try {
    return (JSON.parse(description) as { paths?: Record<string, { get?: Described }> }).paths ?? {};
  } catch {
    // An API may have something else of its own there.
    return {};
  }
}
