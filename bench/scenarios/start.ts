import type { Scenario } from '../bench.ts';
import { during } from '../child.ts';
import { readyRequest } from '../payload.ts';
import { startBare } from '../targets/bare.ts';
import { startPenstock } from '../targets/penstock.ts';

export const start: Scenario = {
  name: 'start',
  title: 'from starting the process to its first score, ms',
  async run(bench) {
    const ready = readyRequest(bench.payload);
    const time = async (begin: () => ReturnType<typeof startBare>): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < (bench.quick ? 1 : 5); round += 1) {
        times.push(await during(begin(), ({ startMilliseconds }) => Promise.resolve(startMilliseconds)));
      }
      return times.sort((a, b) => a - b)[times.length >> 1] ?? NaN;
    };
    const measures = {
      plumber: await time(() => startBare(bench.release, ready)),
      'Penstock, 1 worker': await time(() => startPenstock(bench.release, 1, ready)),
      'Penstock, 4 workers': await time(() => startPenstock(bench.release, 4, ready)),
    };
    for (const [name, value] of Object.entries(measures)) bench.say(`${name}: ${value.toFixed(0)} ms`);
    return measures;
  },
};
