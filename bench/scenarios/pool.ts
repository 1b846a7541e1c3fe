import { type Scenario, Skip } from '../bench.ts';
import { during } from '../child.ts';
import { installed } from '../load.ts';
import { readyRequest } from '../payload.ts';
import { startPool } from '../targets/pool.ts';
import { throughput } from '../throughput.ts';

export const pool: Scenario = {
  name: 'pool',
  title: 'plumber processes behind HAProxy, maxconn 1',
  async run(bench) {
    if (!installed('haproxy')) throw new Skip('haproxy is not installed');
    const running = startPool(bench.release, bench.cores, readyRequest(bench.payload), await bench.scratch());
    return during(running, ({ url }) => throughput(bench, url));
  },
};
