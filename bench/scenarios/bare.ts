import type { Scenario } from '../bench.ts';
import { during } from '../child.ts';
import { readyRequest } from '../payload.ts';
import { startBare } from '../targets/bare.ts';
import { throughput } from '../throughput.ts';

export const bare: Scenario = {
  name: 'bare',
  title: 'bare plumber',
  run: (bench) => during(startBare(bench.release, readyRequest(bench.payload)), ({ url }) => throughput(bench, url)),
};
