import type { Scenario } from '../bench.ts';
import { rFigures } from '../r.ts';

export const rawPredict: Scenario = {
  name: 'raw-predict',
  title: 'raw predict() in R, one core',
  async run(bench) {
    const { calls = 0, rows = 0 } = await rFigures('raw-predict.R', bench.release, `${bench.seconds}`);
    bench.say(`${calls.toFixed(0)} single-row calls/s; ${rows.toFixed(0)} rows/s, 506 at a time`);
    return { 'calls/s': calls, 'rows/s': rows };
  },
};
