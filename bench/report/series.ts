import type { Scenario } from '../bench.ts';
import type { Results } from '../bounds.ts';
import type { Series } from './chart.ts';

/** The lines of the chart: every scenario that measured throughput at several numbers of connections. */
export function throughputSeries(results: Results, scenarios: readonly Scenario[]): Series[] {
  return scenarios.flatMap(({ name, title }) => {
    const points = Object.entries(results[name] ?? {}).flatMap(([measure, rate]) => {
      const connections = /^rate@(\d+)$/.exec(measure)?.[1];
      return connections === undefined ? [] : [{ connections: Number(connections), rate }];
    });
    if (points.length < 2) return [];
    return [{ title: short(title), points, main: name === 'penstock', limit: name === 'empty' }];
  });
}

/** What fits beside the end of a line. */
const short = (title: string): string => title.replace('plumber processes behind HAProxy, maxconn 1', 'HAProxy pool');
