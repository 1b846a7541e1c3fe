import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startGateway } from '../../gateway/start.ts';
import { writeGatewayConfiguration } from '../../cli/stack/gateway-configuration.ts';
import { createParts } from '../../functions/parts.ts';
import { readSettings } from '../../functions/settings.ts';
import { warmModels } from '../../functions/warm-models.ts';
import { promote } from '../../releases/promote.ts';
import { publish } from '../../releases/publish.ts';
import { openStore } from '../../releases/store.ts';
import { loadService } from '../../service/load.ts';
import { products } from '../../service/products.ts';
import { startAzurite } from '../../test/support/azurite.ts';
import { appSettings, listLog } from '../../test/support/functions.ts';
import type { Scenario } from '../bench.ts';
import { during } from '../child.ts';
import { readyRequest } from '../payload.ts';
import { serviceWith, startPenstock } from '../targets/penstock.ts';

const usualPause = 200;

/** What the first real call after a promotion costs, with and without the warm-up between, against a steady one. */
export const promotion: Scenario = {
  name: 'promotion',
  title: 'the first call after a promotion, through the gateway, ms',
  async run(bench) {
    const azurite = await startAzurite();
    try {
      const store = openStore(azurite.storeUrl);
      const other = await serviceWith(bench.release, await bench.scratch(), { description: 'The same, once more' });
      const releases: string[] = [];
      for (const directory of [bench.release, other]) {
        releases.push((await publish(store, directory, { products: 'any' })).manifest.id);
      }
      const definition = await loadService(bench.release, { products: 'any' });
      const channel = definition.name;
      await promote(store, releases[0]!, channel);
      const following = ['--store', azurite.storeUrl, '--channel', channel, '--cache', await bench.scratch()];
      const ready = readyRequest(bench.payload);
      return await during(startPenstock(following, bench.cores, ready), async ({ url, adminUrl }) => {
        const settings = { PENSTOCK_STORE: azurite.storeUrl, PENSTOCK_RESULTS: `${azurite.blobUrl}/results` };
        const internal = appSettings().PENSTOCK_KEY!;
        // Calls a minute are not what is measured.
        const limitless = products({ standard: { callsPerMinute: null, callsPerDay: null } });
        const gateway = await startGateway(
          await writeGatewayConfiguration(join(await bench.scratch(), 'gateway'), {
            services: [{ definition, backend: url }],
            products: limitless,
            keys: { internal, standard: 'standard-key', trial: 'trial-key' },
          }),
        );
        try {
          const parts = createParts(
            readSettings(appSettings({ ...settings, PENSTOCK_CHANNELS: channel, PENSTOCK_GATEWAY: gateway.url })),
          );
          const call = async (): Promise<number> => {
            const begin = performance.now();
            const response = await fetch(`${gateway.url}/${channel}${ready.path}`, {
              method: 'POST',
              headers: { 'content-type': 'application/json', 'ocp-apim-subscription-key': 'standard-key' },
              body: ready.body,
            });
            if (!response.ok) throw new Error(`answered ${response.status}: ${await response.text()}`);
            await response.arrayBuffer();
            return performance.now() - begin;
          };
          const steady: number[] = [];
          const first: Record<'warmed' | 'not warmed', number[]> = { warmed: [], 'not warmed': [] };
          const [warmUps, paused]: [number[], number[]] = [[], []];
          for (let index = 0; index < 50; index += 1) await call();
          for (let round = 0; round < (bench.quick ? 4 : 20); round += 1) {
            const kind = round % 2 === 0 ? 'warmed' : 'not warmed';
            // A call after as long a pause as the warm-up makes: that alone costs something.
            await delay(warmUps.at(-1) ?? usualPause);
            paused.push(await call());
            await promote(store, releases[(round + 1) % 2]!, channel);
            const refreshed = await fetch(`${adminUrl}/refresh`, { method: 'POST' });
            await refreshed.arrayBuffer();
            if (kind === 'warmed') {
              const [warmed] = await warmModels(parts, listLog());
              warmUps.push(warmed?.duration ?? NaN);
            } else await delay(warmUps.at(-1) ?? usualPause);
            first[kind].push(await call());
            for (let index = 0; index < 50; index += 1) steady.push(await call());
          }
          const measures = {
            steady: median(steady),
            'steady, p99': steady.sort((a, b) => a - b)[Math.floor(steady.length * 0.99)] ?? NaN,
            'steady, after a pause': median(paused),
            'first, warmed': median(first.warmed),
            'first, not warmed': median(first['not warmed']),
            'warm-up': median(warmUps),
          };
          for (const [name, value] of Object.entries(measures)) bench.say(`${name}: ${value.toFixed(1)} ms`);
          return measures;
        } finally {
          await gateway.close();
        }
      });
    } finally {
      await azurite.stop();
    }
  },
};

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
