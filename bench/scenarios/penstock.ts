import type { Bench, Measures, Scenario } from '../bench.ts';
import { during } from '../child.ts';
import { readyRequest } from '../payload.ts';
import { serviceWith, startPenstock } from '../targets/penstock.ts';
import { throughput } from '../throughput.ts';

const measure = async (bench: Bench, keys: Readonly<Record<string, unknown>>): Promise<Measures> => {
  const directory = await serviceWith(bench.release, await bench.scratch(), keys);
  return during(startPenstock(directory, bench.cores, readyRequest(bench.payload)), ({ url }) =>
    throughput(bench, url),
  );
};

/** As the Boston service is released. */
export const penstock: Scenario = {
  name: 'penstock',
  title: 'Penstock',
  run: (bench) => measure(bench, {}),
};

/** The same without `batch`: one request, one call to R. */
export const unbatched: Scenario = {
  name: 'penstock-unbatched',
  title: 'Penstock without batching',
  run: (bench) => measure(bench, { 'routes.POST /score.batch': undefined }),
};
