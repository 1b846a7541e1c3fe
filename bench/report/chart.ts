import { figure } from './table.ts';

/** One line of the chart: throughput over connections. */
export interface Series {
  readonly title: string;
  readonly points: readonly { readonly connections: number; readonly rate: number }[];
  /** Drawn strong: what the chart is about. */
  readonly main: boolean;
  /** Drawn dashed: a limit, not a competitor. */
  readonly limit: boolean;
}

const width = 860;
const height = 430;
const plot = { left: 64, right: 610, top: 64, bottom: 372 };
const others = ['#7a8794', '#b0772e', '#4c7fb5', '#8a9a5b', '#9b6b9e'];

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/**
 * An SVG line chart of requests per second over connections, both axes logarithmic, so that equal ratios are equal
 * distances. Each line carries its name and its last figure at its end.
 */
export function throughputChart(series: readonly Series[], subtitle: string): string {
  const all = series.flatMap(({ points }) => points);
  const columns = [...new Set(all.map(({ connections }) => connections))].sort((a, b) => a - b);
  const rates = all.map(({ rate }) => rate).filter((rate) => rate > 0);
  const low = 10 ** Math.floor(Math.log10(Math.min(...rates)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...rates)));
  const span = Math.log((columns.at(-1) ?? 1) / (columns[0] ?? 1)) || 1;
  const x = (connections: number): number =>
    plot.left + (Math.log(connections / (columns[0] ?? 1)) / span) * (plot.right - plot.left);
  const y = (rate: number): number =>
    plot.bottom - (Math.log(rate / low) / Math.log(high / low)) * (plot.bottom - plot.top);

  const grid: string[] = [];
  for (let rate = low; rate <= high; rate *= 10) {
    grid.push(`<path class="grid" d="M${plot.left} ${y(rate).toFixed(1)}H${plot.right}"/>`);
    grid.push(
      `<text class="axis" x="${plot.left - 8}" y="${(y(rate) + 4).toFixed(1)}" text-anchor="end">${rate.toLocaleString('en')}</text>`,
    );
  }
  for (const connections of columns) {
    grid.push(
      `<text class="axis" x="${x(connections).toFixed(1)}" y="${plot.bottom + 20}" text-anchor="middle">${connections}</text>`,
    );
  }

  const labels = spread(series.map(({ points }) => y(points.at(-1)?.rate ?? low)));
  let next = 0;
  const lines = series.map(({ title, points, main, limit }, index) => {
    const color = main ? '#0b6e6e' : (others[next++ % others.length] ?? '');
    const path = points
      .map(({ connections, rate }, at) => `${at === 0 ? 'M' : 'L'}${x(connections).toFixed(1)} ${y(rate).toFixed(1)}`)
      .join('');
    const dash = limit ? ' stroke-dasharray="5 5"' : '';
    const dots = points.map(
      ({ connections, rate }) =>
        `<circle cx="${x(connections).toFixed(1)}" cy="${y(rate).toFixed(1)}" r="${main ? 4 : 3}" fill="${color}"/>`,
    );
    const last = points.at(-1);
    return [
      `<path d="${path}" fill="none" stroke="${color}" stroke-width="${main ? 3.5 : 2}"${dash} stroke-linejoin="round"/>`,
      ...dots,
      `<text x="${plot.right + 14}" y="${((labels[index] ?? 0) + 4).toFixed(1)}" fill="${color}"${main ? ' font-weight="700"' : ''}>${escape(title)} ${last ? figure(last.rate) : ''}</text>`,
    ].join('\n');
  });

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Requests per second over connections" font-family="system-ui, sans-serif" font-size="13">
<style>.grid{stroke:#e3e7ea;stroke-width:1}.axis{fill:#5b6670}</style>
<rect width="${width}" height="${height}" rx="8" fill="#fff"/>
<text x="24" y="28" font-size="17" font-weight="600" fill="#1d2429">Requests per second</text>
<text x="24" y="47" class="axis">${escape(subtitle)}</text>
${grid.join('\n')}
${lines.join('\n')}
<text class="axis" x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 44}" text-anchor="middle">connections</text>
</svg>
`;
}

/** Moves labels apart until none overlaps another, each as near to where it belongs as its neighbours let it. */
function spread(wanted: readonly number[], gap = 17): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = [...wanted];
  for (let round = 0; round < 100; round += 1) {
    order.forEach((index, at) => {
      const before = order[at - 1];
      if (before === undefined) return;
      const overlap = gap - ((placed[index] ?? 0) - (placed[before] ?? 0));
      if (overlap <= 0) return;
      placed[index] = (placed[index] ?? 0) + overlap / 2;
      placed[before] = (placed[before] ?? 0) - overlap / 2;
    });
  }
  return placed;
}
