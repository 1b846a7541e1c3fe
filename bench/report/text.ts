import type { Scenario } from '../bench.ts';
import { judge, type Results } from '../bounds.ts';
import { p50At, rateAt } from '../throughput.ts';
import { figure, table } from './table.ts';

/** Everything that was measured, as tables for a terminal. */
export function textReport(results: Results, scenarios: readonly Scenario[], connections: readonly number[]): string {
  const loaded = scenarios.filter(({ name }) =>
    connections.some((count) => results[name]?.[rateAt(count)] !== undefined),
  );
  const others = scenarios.filter((scenario) => results[scenario.name] !== undefined && !loaded.includes(scenario));
  const heading = connections.map((count) => `${count} conn.`);
  const bareRate = (count: number): number => results.bare?.[rateAt(count)] ?? NaN;

  const parts: string[] = [];
  if (loaded.length > 0) {
    parts.push(
      'requests/s, and how many times bare plumber\n' +
        table([
          ['', ...heading.flatMap((text) => [text, '×'])],
          ...loaded.map(({ name, title }) => [
            title,
            ...connections.flatMap((count) => {
              const rate = results[name]?.[rateAt(count)] ?? NaN;
              return [figure(rate), figure(rate / bareRate(count))];
            }),
          ]),
        ]),
      'p50, ms\n' +
        table([
          ['', ...heading],
          ...loaded.map(({ name, title }) => [
            title,
            ...connections.map((count) => figure(results[name]?.[p50At(count)])),
          ]),
        ]),
    );
  }
  for (const { name, title } of others) {
    const rows = Object.entries(results[name] ?? {}).map(([measure, value]) => [measure, figure(value)]);
    parts.push(table([[title, ''], ...rows]));
  }
  parts.push(boundsTable(results));
  return parts.join('\n');
}

function boundsTable(results: Results): string {
  const rows = judge(results).map(({ name, value, at, bound, aim, met }) => [
    name,
    figure(value),
    `${at === 'least' ? '≥' : '≤'} ${bound}`,
    aim === null ? '' : String(aim),
    met === null ? 'not measured' : met ? '✓' : '✗ missed',
  ]);
  return `bounds\n${table([['', 'this run', 'bound', 'aim', ''], ...rows])}`;
}
