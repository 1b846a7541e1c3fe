import { freePort } from '../../test/support/ports.ts';
import { answers, type Running, start } from '../child.ts';

/** One plumber process, as its documentation runs it. `ready` is a request that it must answer first. */
export async function startBare(directory: string, ready: { path: string; body?: string }): Promise<Running> {
  const port = await freePort();
  const expression = `library(plumber); pr_run(plumb(), host = "127.0.0.1", port = ${port}, quiet = TRUE)`;
  const url = `http://127.0.0.1:${port}`;
  return start('Rscript', ['-e', expression], url, () => answers(url, ready.path, ready.body), { cwd: directory });
}
