import test from 'ava';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { requestHeaders, responseHeaders } from '../../../plumber-app/server/headers.ts';
import { usableProcessors } from '../../../plumber-app/server/processors.ts';
import { Backoff } from '../../../plumber-app/server/r/backoff.ts';
import { Lines } from '../../../plumber-app/server/r/lines.ts';
import { CounterTally, HistogramTally } from '../../../plumber-app/server/tally.ts';
import { originForm } from '../../../plumber-app/server/target.ts';

test('the CPU limit of the container bounds the workers, rounded down, under both versions of cgroups', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'penstock-test-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const cores = availableParallelism();
  t.is(usableProcessors(root), cores);
  writeFileSync(join(root, 'cpu.max'), 'max 100000\n');
  t.is(usableProcessors(root), cores);
  writeFileSync(join(root, 'cpu.max'), '50000 100000\n');
  t.is(usableProcessors(root), 1);
  rmSync(join(root, 'cpu.max'));
  mkdirSync(join(root, 'cpu'));
  writeFileSync(join(root, 'cpu/cpu.cfs_period_us'), '100000\n');
  writeFileSync(join(root, 'cpu/cpu.cfs_quota_us'), '-1\n');
  t.is(usableProcessors(root), cores);
  writeFileSync(join(root, 'cpu/cpu.cfs_quota_us'), '190000\n');
  t.is(usableProcessors(root), 1);
});

test('hop-by-hop headers and those that Connection names stay on their connection', (t) => {
  const raw = ['Host', 'a', 'Connection', 'close, X-Hop', 'X-HOP', '1', 'TE', 'trailers', 'x-KEEP', '1', 'X-keep', '2'];
  t.deepEqual(requestHeaders(raw, 'p', undefined), ['Host', 'a', 'x-KEEP', '1', 'X-keep', '2', 'x-penstock-peer', 'p']);
  t.deepEqual(requestHeaders(['Content-Length', '9', 'Expect', '100-continue'], 'p', 2), [
    'Content-Length',
    '2',
    'x-penstock-peer',
    'p',
  ]);
  const fromR = ['Keep-Alive', 'x', 'Set-Cookie', 'a', 'Set-Cookie', 'b', 'Content-Length', '3'].map((text) =>
    Buffer.from(text),
  );
  t.deepEqual(responseHeaders(fromR), ['Set-Cookie', 'a', 'Set-Cookie', 'b', 'Content-Length', '3']);
});

test('a target is path and query, whatever form the caller used', (t) => {
  t.is(originForm('/a//b?c=%20'), '/a//b?c=%20');
  t.is(originForm('//x'), '//x');
  t.is(originForm('http://h:1/a?b'), '/a?b');
  t.is(originForm('HTTPS://h'), '/');
  t.is(originForm('http://h?b'), '/?b');
  t.is(originForm('*'), undefined);
  t.is(originForm('h:1'), undefined);
});

test('lines are whole, whatever the pieces, and bounded', (t) => {
  const lines: string[] = [];
  const cutter = new Lines((line) => lines.push(line));
  for (const byte of Buffer.from('one\ntwö\n\nlast')) cutter.write(Buffer.from([byte]));
  cutter.end();
  t.deepEqual(lines, ['one', 'twö', '', 'last']);
  cutter.write(Buffer.alloc(1_000_000, 'x'));
  t.is(lines.length, 5);
});

test('back-off doubles with each failure up to its bound, and a success ends it', (t) => {
  const backoff = new Backoff();
  const delays = Array.from({ length: 9 }, () => {
    const { delay } = backoff;
    backoff.failed();
    return delay;
  });
  t.deepEqual(delays, [0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000]);
  backoff.succeeded();
  t.is(backoff.delay, 0);
});

test('tallies are read by prom-client as its own metrics are', async (t) => {
  const registry = new Registry();
  const counter = new CounterTally('c_total', 'Counts.');
  const histogram = new HistogramTally('h_seconds', 'Distributes.', [0.1, 1]);
  for (const tally of [counter, histogram]) registry.registerMetric(tally.asMetric());
  counter.with({ a: 'x"y' }).value += 2;
  t.is(counter.with({ a: 'x"y' }).value, 2);
  const distribution = histogram.with({});
  for (const value of [0.1, 0.5, 2]) distribution.observe(value);
  t.is(
    await registry.metrics(),
    `# HELP c_total Counts.
# TYPE c_total counter
c_total{a="x\\"y"} 2

# HELP h_seconds Distributes.
# TYPE h_seconds histogram
h_seconds_bucket{le="0.1"} 1
h_seconds_bucket{le="1"} 2
h_seconds_bucket{le="+Inf"} 3
h_seconds_sum 2.6
h_seconds_count 3
`,
  );
});
