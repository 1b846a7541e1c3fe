import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { get, type ZooRequest } from './request.ts';

/** An API and the requests that are replayed on it. */
export interface ZooApi {
  readonly name: string;
  /** Holds `plumber.R` or `entrypoint.R`; never written to. */
  readonly directory: string;
  readonly requests: readonly ZooRequest[];
  /** R packages that it can't be loaded, or would answer otherwise, without. */
  readonly needs: readonly string[];
}

interface RequestsModule {
  readonly requests: readonly ZooRequest[];
  readonly needs?: readonly string[];
}

/** Asked of every API: what Plumber itself adds, and what no API has. The API `openapi` is asked for more of it. */
const everywhere: readonly ZooRequest[] = [get('/openapi.json'), get('/__docs__/'), get('/no/such/path')];

/** Our own APIs, one a folder of `apis/`. */
export async function ownApis(): Promise<ZooApi[]> {
  const root = join(import.meta.dirname, 'apis');
  const names = (await readdir(root)).sort();
  return Promise.all(names.map((name) => zooApi(name, join(root, name), join(root, name, 'requests.ts'))));
}

/**
 * The APIs that come with the plumber package, each with its request list of `examples/`.
 *
 * @throws When the package has an API for which there is no request list.
 */
export async function packagedApis(): Promise<ZooApi[]> {
  const root = await rOutput('cat(system.file("plumber", package = "plumber"))');
  const names = (await readdir(root)).sort();
  return Promise.all(
    names.map((name) => zooApi(name, join(root, name), join(import.meta.dirname, 'examples', `${name}.ts`))),
  );
}

async function zooApi(name: string, directory: string, requestsFile: string): Promise<ZooApi> {
  const { requests, needs = [] } = (await import(requestsFile)) as RequestsModule;
  return { name, directory, requests: [...requests, ...everywhere], needs };
}

/** @returns Those of the R packages that are not installed. */
export async function missingPackages(names: readonly string[]): Promise<string[]> {
  const quoted = names.map((name) => JSON.stringify(name)).join(', ');
  const missing = await rOutput(`cat(setdiff(c(${quoted}), rownames(installed.packages())), sep = "\\n")`);
  return missing.split('\n').filter((name) => name !== '');
}

async function rOutput(expression: string): Promise<string> {
  const { stdout } = await promisify(execFile)('Rscript', ['-e', expression]);
  return stdout;
}
