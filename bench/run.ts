import { Command, InvalidArgumentError } from 'commander';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleRelease } from '../test/support/example.ts';
import { type Bench, type Measures, Skip } from './bench.ts';
import { judge } from './bounds.ts';
import { loadGenerator } from './load.ts';
import { bostonPayload } from './payload.ts';
import { machine } from './report/machine.ts';
import { throughputSeries } from './report/series.ts';
import { textReport } from './report/text.ts';
import { throughputChart } from './report/chart.ts';
import { scenarios } from './scenarios/all.ts';

interface Options {
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly duration?: number;
}

const names = scenarios.map(({ name }) => name);
const options = new Command('bench')
  .description('Measures the scoring server against its peers and its limits, all in one run.')
  .option('--only <name>', `one scenario, may be repeated: ${names.join(', ')}`, chosen, [] as readonly string[])
  .option('--quick', 'short measurements of small models, to see that everything runs', false)
  .option('--duration <seconds>', 'how long each load is measured (default: 10, quick: 2)', positive)
  .parse()
  .opts<Options>();

function chosen(name: string, before: readonly string[]): readonly string[] {
  if (!names.includes(name)) throw new InvalidArgumentError(`Expected one of ${names.join(', ')}.`);
  return [...before, name];
}

function positive(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError('Expected a number of seconds above 0.');
  return Math.ceil(seconds);
}

const connections = [1, 16, 64, 256];
const seconds = options.duration ?? (options.quick ? 2 : 10);
const complete = options.only.length === 0 && !options.quick;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const scratch = await mkdtemp(join(tmpdir(), 'penstock-bench-'));
try {
  const release = await exampleRelease();
  const load = loadGenerator();
  const bench: Bench = {
    release,
    payload: await bostonPayload(release, scratch),
    load,
    seconds,
    connections,
    cores: availableParallelism(),
    quick: options.quick,
    scratch: () => mkdtemp(join(scratch, 'service-')),
    say: (text) => {
      say(`    ${text}`);
    },
  };
  say(`load generator: ${load.name}; ${bench.cores} cores; ${seconds} s for each load\n`);

  const results: Record<string, Measures> = {};
  const skipped: Record<string, string> = {};
  const failed: Record<string, string> = {};
  for (const scenario of scenarios) {
    if (options.only.length > 0 && !options.only.includes(scenario.name)) continue;
    say(`${scenario.name}: ${scenario.title}`);
    try {
      results[scenario.name] = await scenario.run(bench);
    } catch (error) {
      const isSkip = error instanceof Skip;
      const message = error instanceof Error ? error.message : String(error);
      (isSkip ? skipped : failed)[scenario.name] = message;
      say(`    ${isSkip ? 'skipped' : 'FAILED'}: ${message}`);
    }
  }

  const verdicts = judge(results);
  say(`\n${textReport(results, scenarios, connections)}`);
  if (complete) {
    const about = await machine();
    const directory = join(import.meta.dirname, 'results');
    await mkdir(directory, { recursive: true });
    const report = { machine: about, load: load.name, seconds, results, skipped, failed, bounds: verdicts };
    await writeFile(join(directory, 'latest.json'), `${JSON.stringify(report, null, 2)}\n`);
    const subtitle = `one row a request, Boston housing random forest, ${bench.cores} cores shared with ${load.name}`;
    await writeFile(join(directory, 'latest.svg'), throughputChart(throughputSeries(results, scenarios), subtitle));
    say('written: bench/results/latest.json and latest.svg');
  } else {
    say('nothing is written: only a whole run at full length is one that ratios can be read from');
  }
  const missed = complete && verdicts.some(({ met }) => met === false);
  if (missed || Object.keys(failed).length > 0) process.exitCode = 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
