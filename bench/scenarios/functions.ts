import { pino } from 'pino';
import { startAppProcess } from '../../cli/functions-host/app-process.ts';
import { startFunctionsHost } from '../../cli/functions-host/start.ts';
import { buildFunctions } from '../../functions/build.ts';
import { createResults, type ProbeRound } from '../../functions/results.ts';
import { azuriteAccount, azuriteKey, openStore } from '../../releases/store.ts';
import { startAzurite } from '../../test/support/azurite.ts';
import { appSettings } from '../../test/support/functions.ts';
import type { Scenario } from '../bench.ts';

const probesADay = 1_440;

/** What the functions cost: their bundle, its load, and asking `health` with a day of results behind it. */
export const functions: Scenario = {
  name: 'functions',
  title: 'the functions: from starting the app to its functions, and asking health',
  async run(bench) {
    const appDir = await bench.scratch();
    const size = await buildFunctions(appDir);
    const silent = pino({ level: 'silent' });
    const loads: number[] = [];
    for (let round = 0; round < (bench.quick ? 3 : 10); round += 1) {
      const begin = performance.now();
      const app = await startAppProcess(appDir, appSettings(), silent);
      loads.push(performance.now() - begin);
      await app.stop(2_000);
    }

    const azurite = await startAzurite();
    try {
      const resultsUrl = `${azurite.blobUrl}/results`;
      await createResults(openStore(resultsUrl).releases).keepProbes(aDay(new Date()));
      const host = await startFunctionsHost({
        appDir,
        settings: appSettings({
          PENSTOCK_STORE: azurite.storeUrl,
          PENSTOCK_RESULTS: resultsUrl,
          PROBE_SCHEDULE: '0 0 0 29 2 *',
          WARM_SCHEDULE: '0 0 0 29 2 *',
          PromotionStorage: `DefaultEndpointsProtocol=http;AccountName=${azuriteAccount};AccountKey=${azuriteKey};QueueEndpoint=${azurite.queueUrl};`,
        }),
        logger: silent,
      });
      try {
        const ask = async (accept: string): Promise<number> => {
          const begin = performance.now();
          const headers = { accept, 'x-functions-key': host.keys.function };
          await (await fetch(`${host.url}/api/health`, { headers })).arrayBuffer();
          return performance.now() - begin;
        };
        const times = async (accept: string) => {
          const all: number[] = [];
          for (let index = 0; index < (bench.quick ? 20 : 200); index += 1) all.push(await ask(accept));
          return all.sort((a, b) => a - b);
        };
        const firstPage = await ask('text/html');
        const [json, page] = [await times('application/json'), await times('text/html')];
        const measures = {
          'bundle MB': size / 1024 / 1024,
          'load ms': loads.sort((a, b) => a - b)[loads.length >> 1] ?? NaN,
          'health JSON ms, p50': json[json.length >> 1] ?? NaN,
          'health JSON ms, p99': json[Math.floor(json.length * 0.99)] ?? NaN,
          'health page ms, first': firstPage,
          'health page ms, p50': page[page.length >> 1] ?? NaN,
          'health page ms, p99': page[Math.floor(page.length * 0.99)] ?? NaN,
        };
        for (const [name, value] of Object.entries(measures)) bench.say(`${name}: ${value.toFixed(1)}`);
        return measures;
      } finally {
        await host.close(0);
      }
    } finally {
      await azurite.stop();
    }
  },
};

/** A day of rounds, one a minute, of the channel that the settings name. */
function aDay(now: Date): ProbeRound[] {
  return Array.from({ length: probesADay }, (_, index) => {
    const at = new Date(now.getTime() - (probesADay - index) * 60_000).toISOString();
    const probes = ['one', 'two', 'three'].map((probe) => ({
      ...{ probe, at, ok: true, status: 200, latency: 20 + (index % 7), attempts: 1, trace: '0'.repeat(32) },
      span: '0'.repeat(16),
    }));
    return { channel: 'sums', service: 'sums', release: 'sums@000000000001', at, ok: true, probes, door: [] };
  });
}
