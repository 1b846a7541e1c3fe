import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { pino } from 'pino';
import { startFunctionsHost } from '../../cli/functions-host/start.ts';
import { buildFunctions } from '../../functions/build.ts';
import type { WarmUp } from '../../functions/results.ts';
import { promote } from '../../releases/promote.ts';
import { publish } from '../../releases/publish.ts';
import { azuriteAccount, azuriteKey, openStore } from '../../releases/store.ts';
import { startAzurite } from '../support/azurite.ts';
import { appSettings } from '../support/functions.ts';
import { descendants } from '../support/stack.ts';

/** With the 90 MB or so of an idle app more than would fit, were it held in memory. */
const modelSize = 200 * 1024 * 1024;
const most = 256 * 1024 * 1024;

/** The most memory that a process has had, in bytes. */
async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'a model that is larger than the memory passes: 200 MB of it within 256 MB, the app itself included',
  async (t) => {
    const work = await mkdtemp(join(tmpdir(), 'penstock-memory-'));
    t.teardown(() => rm(work, { recursive: true, force: true }));
    const azurite = await startAzurite();
    t.teardown(() => azurite.stop());
    const model = await open(join(work, 'model.rds'), 'w');
    await model.truncate(modelSize);
    await model.close();
    await writeFile(join(work, 'plumber.R'), '#* @get /\nfunction() 1\n');
    await writeFile(join(work, 'service.yaml'), 'name: large\n');
    const store = openStore(azurite.storeUrl);
    await promote(store, (await publish(store, work)).manifest.id, 'large');

    const appDir = join(work, 'app');
    await buildFunctions(appDir);
    const host = await startFunctionsHost({
      appDir,
      settings: appSettings({
        PENSTOCK_STORE: azurite.storeUrl,
        PENSTOCK_RESULTS: `${azurite.blobUrl}/results`,
        PENSTOCK_CHANNELS: 'large',
        PromotionStorage: `DefaultEndpointsProtocol=http;AccountName=${azuriteAccount};AccountKey=${azuriteKey};QueueEndpoint=${azurite.queueUrl};`,
        PROBE_SCHEDULE: '0 0 0 29 2 *',
        WARM_SCHEDULE: '0 0 0 29 2 *',
      }),
      logger: pino({ level: 'silent' }),
    });
    t.teardown(() => host.close(0));
    const outcome = await host.invoke('warm-models');
    t.true(outcome.ok, outcome.error);
    t.true(Number((outcome.result as WarmUp[])[0]?.bytes) > modelSize);
    const app = (await descendants(process.pid)).find(({ command }) => command.includes('functions-host/worker'));
    const peak = await peakMemory(app!.pid);
    t.true(peak < most, `${Math.round(peak / 1024 / 1024)} MB`);
    t.log(`${Math.round(peak / 1024 / 1024)} MB at most`);
  },
);
