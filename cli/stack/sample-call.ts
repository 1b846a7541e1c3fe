import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Method } from '../../service/definition.ts';
import { send } from '../call/send.ts';
import type { RunningService } from './stack.ts';

/** A call that shows that a service answers. */
export interface SampleCall {
  readonly method: Method;
  readonly url: string;
  readonly body: string | undefined;
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
  const body = probe.body === undefined ? undefined : await readFile(join(service.directory, probe.body), 'utf8');
  const rows = service.definition.routes.find((route) => route.method === method && route.path === path)?.rows;
  return { method, url: service.url + path, body: body === undefined ? undefined : firstRow(body.trim(), rows) };
}

/** The call as a line for a shell. */
export function curlLine({ method, url, body }: SampleCall, key: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const data = body === undefined ? [] : ['-H', quote('Content-Type: application/json'), '-d', quote(body)];
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

/** The API's first GET route that needs no parameter in its path, else its description. */
export async function firstGetRoute(api: string, key: string | undefined): Promise<string> {
  const description = '/openapi.json';
  const { status, body } = await send({ method: 'GET', url: api + description, body: undefined }, key);
  if (status !== 200) return description;
  const { paths } = JSON.parse(body) as { paths?: Record<string, Record<string, unknown>> };
  const route = Object.entries(paths ?? {}).find(([path, methods]) => 'get' in methods && !path.includes('{'));
  return route?.[0] ?? description;
}
