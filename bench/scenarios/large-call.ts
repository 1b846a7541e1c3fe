import type { Bench, Measures, Scenario } from '../bench.ts';
import { during, type Running } from '../child.ts';
import { type Payload, readyRequest } from '../payload.ts';
import { startBare } from '../targets/bare.ts';
import { serviceWith, startPenstock } from '../targets/penstock.ts';

const rows = 100_000;

/** The rows of all bodies, repeated, in one body. */
function largeBody(payload: Payload, count: number): { body: string; expected: string } {
  const inner = (text: string, from: string, to: string) => text.slice(text.indexOf(from) + 1, text.lastIndexOf(to));
  const repeat = (parts: readonly string[]) => Array.from({ length: count }, (_, index) => parts[index % parts.length]);
  return {
    body: `{"df":[${repeat(payload.bodies.map((body) => inner(body, '[', ']'))).join(',')}]}`,
    expected: `[${repeat(payload.expected.map((answer) => inner(answer, '[', ']'))).join(',')}]`,
  };
}

/** One call carrying 100,000 rows, on one worker, on all of them, and on bare plumber: the best of a few, in ms. */
export const largeCall: Scenario = {
  name: 'large-call',
  title: 'one call of 100,000 rows, ms',
  async run(bench: Bench): Promise<Measures> {
    const count = bench.quick ? 20_000 : rows;
    const { body, expected } = largeBody(bench.payload, count);
    const time = (running: Promise<Running>) =>
      during(running, async ({ url }) => {
        const times: number[] = [];
        for (let round = 0; round < (bench.quick ? 1 : 3); round += 1) {
          const began = performance.now();
          const headers = { 'content-type': 'application/json', connection: 'close' };
          const response = await fetch(`${url}/score`, { method: 'POST', headers, body });
          const answer = await response.text();
          times.push(performance.now() - began);
          if (response.status !== 200 || answer !== expected) {
            throw new Error(`wrong answer: ${response.status} ${answer.slice(0, 200)}`);
          }
        }
        return Math.min(...times);
      });
    const ready = readyRequest(bench.payload);
    const limits = { 'limits.body': '64mb', 'limits.timeout': '120s' };
    const directory = await serviceWith(bench.release, await bench.scratch(), limits);
    const measures = {
      rows: count,
      plumber: await time(startBare(bench.release, ready)),
      'one worker': await time(startPenstock(directory, 1, ready)),
      'all workers': await time(startPenstock(directory, bench.cores, ready)),
    };
    bench.say(
      `plumber ${measures.plumber.toFixed(0)}, one worker ${measures['one worker'].toFixed(0)}, ` +
        `${bench.cores} workers ${measures['all workers'].toFixed(0)} ms`,
    );
    return measures;
  },
};
