import type { Bench, Measures } from './bench.ts';
import { checkAnswers } from './payload.ts';

/** Names of the figures at a number of connections. */
export const rateAt = (connections: number): string => `rate@${connections}`;
export const p50At = (connections: number): string => `p50@${connections}`;
export const p99At = (connections: number): string => `p99@${connections}`;
const errorsAt = (connections: number): string => `errors@${connections}`;

/**
 * Loads a running server at each number of connections, after a second to warm up.
 *
 * @param check Whether its answers are the model's: every row is compared first.
 */
export async function throughput(bench: Bench, url: string, check = true): Promise<Measures> {
  if (check) await checkAnswers(url, bench.payload);
  const measures: Record<string, number> = {};
  for (const connections of bench.connections) {
    await bench.load.run(url, bench.payload, connections, 1);
    const load = await bench.load.run(url, bench.payload, connections, bench.seconds);
    bench.say(`${connections} connections: ${load.rate.toFixed(0)} requests/s, p50 ${load.p50.toFixed(2)} ms`);
    measures[rateAt(connections)] = load.rate;
    measures[p50At(connections)] = load.p50;
    measures[p99At(connections)] = load.p99;
    measures[errorsAt(connections)] = load.errors;
  }
  return measures;
}
