import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/support/ports.ts';
import { parseDocument } from 'yaml';
import { answers, type Running, start } from '../child.ts';

const penstock = join(import.meta.dirname, '../../node_modules/.bin/penstock');

/** A Penstock that runs, and where its admin port is. */
export interface RunningPenstock extends Running {
  readonly adminUrl: string;
}

/**
 * `penstock serve` as its users run it.
 *
 * @param what A directory, or the options that name a channel to follow.
 * @param ready A request that it must answer first.
 */
export async function startPenstock(
  what: string | readonly string[],
  workers: number,
  ready: { path: string; body?: string },
): Promise<RunningPenstock> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const ports = ['--port', `${port}`, '--admin-port', `${adminPort}`];
  const parameters = ['serve', ...[what].flat(), ...ports, '--workers', `${workers}`];
  const running = await start(penstock, parameters, url, () => answers(url, ready.path, ready.body));
  return { ...running, adminUrl: `http://127.0.0.1:${adminPort}` };
}

/**
 * A service like the one in `directory` but for some keys of its `service.yaml`: an undefined value takes the key away.
 *
 * @param scratch An empty directory that becomes the service's.
 * @param keys Paths such as `limits.body` or `routes.POST /score.batch`.
 */
export async function serviceWith(
  directory: string,
  scratch: string,
  keys: Readonly<Record<string, unknown>>,
): Promise<string> {
  await cp(directory, scratch, { recursive: true });
  const definition = parseDocument(await readFile(join(directory, 'service.yaml'), 'utf8'));
  for (const [path, value] of Object.entries(keys)) {
    if (value === undefined) definition.deleteIn(path.split('.'));
    else definition.setIn(path.split('.'), value);
  }
  await writeFile(join(scratch, 'service.yaml'), definition.toString());
  return scratch;
}
