import type { Scenario } from '../bench.ts';
import { rFigures } from '../r.ts';

export const prCall: Scenario = {
  name: 'pr-call',
  title: 'pr$call in one R process, no HTTP',
  async run(bench) {
    const {
      p50 = 0,
      p99 = 0,
      rate = 0,
    } = await rFigures('pr-call.R', bench.release, bench.payload.bodiesFile, `${bench.seconds}`);
    bench.say(`${rate.toFixed(0)} calls/s, p50 ${p50.toFixed(2)} ms`);
    return { rate, p50, p99 };
  },
};
