import test from 'ava';
import { SaxesParser } from 'saxes';
import { judge } from '../../bench/bounds.ts';
import { throughputChart } from '../../bench/report/chart.ts';
import { throughputSeries } from '../../bench/report/series.ts';
import { figure, table } from '../../bench/report/table.ts';
import { scenarios } from '../../bench/scenarios/all.ts';

const rates = (...values: number[]): Record<string, number> =>
  Object.fromEntries([1, 16, 64, 256].map((connections, index) => [`rate@${connections}`, values[index] ?? 0]));

test('a bound is met, missed, or not measured, never guessed', (t) => {
  const verdict = (penstock: number, bare?: number) =>
    judge({ penstock: rates(1, 1, 1, penstock), ...(bare !== undefined && { bare: rates(1, 1, 1, bare) }) })[0];
  t.like(verdict(5000, 100), { value: 50, met: true });
  t.like(verdict(4999, 100), { met: false });
  t.like(verdict(5000), { value: null, met: null });
  t.like(verdict(5000, 0), { value: null, met: null });
});

test('every scenario that measured throughput is a line of the chart, named with its last figure', (t) => {
  const results = { bare: rates(20, 271, 282, 272), penstock: rates(300, 5839, 12000, 14900), start: { plumber: 1 } };
  const svg = throughputChart(throughputSeries(results, scenarios), 'two & more < cores');
  const texts: string[] = [];
  let lines = 0;
  const parser = new SaxesParser();
  parser.on('text', (text) => texts.push(text));
  parser.on('opentag', ({ attributes }) => (lines += 'stroke-linejoin' in attributes ? 1 : 0));
  parser.write(svg).close();
  t.is(lines, 2);
  t.true(texts.includes('bare plumber 272'));
  t.true(texts.includes('Penstock 14,900'));
  t.true(texts.includes('two & more < cores'));
});

test('figures keep three digits that matter, and absent ones are a dash', (t) => {
  t.deepEqual([0.0521, 3.14159, 48.02, 271.4, 14899.6, NaN, undefined].map(figure), [
    '0.052',
    '3.14',
    '48.0',
    '271',
    '14,900',
    '–',
    '–',
  ]);
  t.is(
    table([
      ['', 'a'],
      ['long name', '1'],
    ]).split('\n')[2],
    '  long name  1',
  );
});
