import { parseArgs } from 'node:util';
import { startAzurite } from '../support/azurite.ts';
import { runSwaps, type Footprint } from '../support/swaps.ts';

/** `node test/soak/swaps.ts [--swaps 100] [--callers 4] [--workers 2]`: swaps under load, for as long as it takes. */
const { values } = parseArgs({
  options: {
    swaps: { type: 'string', default: '100' },
    callers: { type: 'string', default: '4' },
    workers: { type: 'string', default: '2' },
  },
});

const say = (text: string) => process.stdout.write(`${text}\n`);
const told = ({ heap, rss, descriptors, childProcesses }: Footprint) =>
  `heap ${(heap / 2 ** 20).toFixed(1)} MB, resident ${(rss / 2 ** 20).toFixed(0)} MB, descriptors ${descriptors}, children ${childProcesses}`;

const ends: (() => unknown)[] = [];
const azurite = await startAzurite();
let swapped = 3;
try {
  const { load, before, after, left, processes } = await runSwaps({ teardown: (end) => ends.push(end) }, azurite, {
    swaps: Number(values.swaps),
    callers: Number(values.callers),
    workers: Number(values.workers),
    onSwap: (footprint) => {
      swapped += 1;
      if (swapped % 10 === 0) say(`${swapped} swaps: ${told(footprint)}`);
    },
  });
  say(`after 3 swaps: ${told(before)}`);
  say(`at the end:    ${told(after)}`);
  say(`${load.answers} answers, ${load.failed} wrong or missing; ${processes} workers, ${left.length} left`);
  for (const [release, count] of load.byRelease) say(`  ${release}: ${count}`);
  for (const failure of load.failures) say(`  ${failure}`);
  process.exitCode = load.failed === 0 && left.length === 0 && after.descriptors === before.descriptors ? 0 : 1;
} finally {
  for (const end of ends.reverse()) await end();
  await azurite.stop();
}
