import { promote } from '../../releases/promote.ts';
import { publish } from '../../releases/publish.ts';
import { openStore } from '../../releases/store.ts';
import { startAzurite } from '../../test/support/azurite.ts';
import type { Scenario } from '../bench.ts';
import { during } from '../child.ts';
import type { Load } from '../load.ts';
import { readyRequest } from '../payload.ts';
import { serviceWith, startPenstock } from '../targets/penstock.ts';

const connections = 16;
const channel = 'production';

/** What promoting releases costs those who call meanwhile: the same load without swaps, then with one after the other. */
export const swap: Scenario = {
  name: 'swap',
  title: `what swaps cost the callers, ${connections} connections`,
  async run(bench) {
    const azurite = await startAzurite();
    try {
      const store = openStore(azurite.storeUrl);
      const other = await serviceWith(bench.release, await bench.scratch(), {
        description: 'The same, released again',
      });
      const releases: string[] = [];
      for (const directory of [bench.release, other]) {
        releases.push((await publish(store, directory, { products: 'any' })).manifest.id);
      }
      const [first = '', second = ''] = releases;
      await promote(store, first, channel);
      const following = ['--store', azurite.storeUrl, '--channel', channel, '--cache', await bench.scratch()];
      const ready = readyRequest(bench.payload);
      return await during(startPenstock(following, bench.cores, ready), async ({ url, adminUrl }) => {
        const seconds = Math.max(bench.seconds, 5);
        const load = (): Promise<Load> => bench.load.run(url, bench.payload, connections, seconds);
        const calm = await load();

        let swaps = 0;
        let loading = true;
        const loaded = load().finally(() => (loading = false));
        const promoting = (async () => {
          while (loading) {
            await promote(store, swaps % 2 === 0 ? second : first, channel);
            const response = await fetch(`${adminUrl}/refresh`, { method: 'POST' });
            if (!response.ok)
              throw new Error(`/refresh was answered with ${response.status}: ${await response.text()}`);
            await response.arrayBuffer();
            swaps += 1;
          }
        })();
        const swapped = await loaded;
        await promoting;
        bench.say(
          `${swaps} swaps in ${seconds} s: ${swapped.errors} errors, p99 ${swapped.p99.toFixed(1)} ms ` +
            `(without: ${calm.p99.toFixed(1)} ms)`,
        );
        return {
          swaps,
          errors: swapped.errors,
          'rate, calm': calm.rate,
          'rate, swapping': swapped.rate,
          'p50 ms, calm': calm.p50,
          'p50 ms, swapping': swapped.p50,
          'p99 ms, calm': calm.p99,
          'p99 ms, swapping': swapped.p99,
        };
      });
    } finally {
      await azurite.stop();
    }
  },
};
