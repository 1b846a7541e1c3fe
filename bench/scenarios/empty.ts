import { join } from 'node:path';
import { freePort } from '../../test/support/ports.ts';
import type { Scenario } from '../bench.ts';
import { answers, during, start } from '../child.ts';
import { readyRequest } from '../payload.ts';
import { throughput } from '../throughput.ts';

const program = join(import.meta.dirname, '../targets/empty-server.ts');

export const empty: Scenario = {
  name: 'empty',
  title: 'empty node:http server',
  async run(bench) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { path, body } = readyRequest(bench.payload);
    const server = start(process.execPath, [program, `${port}`], url, () => answers(url, path, body));
    return during(server, () => throughput(bench, url, false));
  },
};
