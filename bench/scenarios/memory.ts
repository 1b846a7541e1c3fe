import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bench, type Scenario, Skip } from '../bench.ts';
import { during, type Running } from '../child.ts';
import { sharedMemory } from '../memory.ts';
import { startBare } from '../targets/bare.ts';
import { startPenstock } from '../targets/penstock.ts';

const counts = [1, 2, 4] as const;
const ready = { path: '/touch' };

/** R code of a model of so many megabytes. */
const models = {
  /** As matrices, embeddings and coefficients are: few large vectors. */
  vectors: (megabytes: number) => `lapply(1:10, function(i) runif(${Math.round((megabytes * 2 ** 20) / 80)}))`,
  /** As trees built of R lists are: a million small objects. A list of two numbers takes 256 bytes. */
  lists: (megabytes: number) =>
    `lapply(seq_len(${Math.round((megabytes * 2 ** 20) / 264)}), function(i) list(a = i + 0.5, b = i + 0.25))`,
};

/** Each request holds its worker long enough for all workers to get one, and collects garbage as work would. */
const api = (model: string): string => `
model <- ${model}

#* @get /touch
function(wait = 0) {
  total <- sum(model[[1]][[1]])
  gc()
  Sys.sleep(as.numeric(wait))
  total
}
`;

/** Every worker, or every process, answers once before memory is read. */
async function touched(urls: readonly string[], each: number): Promise<void> {
  const requests = urls.flatMap((url) => Array.from({ length: each }, () => fetch(`${url}/touch?wait=1`)));
  for (const response of await Promise.all(requests)) {
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`/touch was answered with ${response.status}`);
  }
}

async function ofPenstock(directory: string, workers: number): Promise<number> {
  return during(startPenstock(directory, workers, ready), async ({ pid, url }) => {
    await touched([url], workers);
    return sharedMemory(pid);
  });
}

async function ofProcesses(directory: string, count: number): Promise<number> {
  const processes: Running[] = [];
  try {
    for (let index = 0; index < count; index += 1) processes.push(await startBare(directory, ready));
    await touched(
      processes.map(({ url }) => url),
      1,
    );
    const sizes = await Promise.all(processes.map(({ pid }) => sharedMemory(pid)));
    return sizes.reduce((sum, size) => sum + size, 0);
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
  }
}

export const memory: Scenario = {
  name: 'memory',
  title: 'memory of 1, 2 and 4 workers, the model a large one',
  async run(bench: Bench) {
    if (!existsSync('/proc/self/smaps_rollup')) throw new Skip('only Linux tells how much memory processes share');
    const megabytes = bench.quick ? 50 : 500;
    const measures: Record<string, number> = { 'model MB': megabytes };
    for (const [shape, model] of Object.entries(models)) {
      const directory = await bench.scratch();
      await writeFile(join(directory, 'plumber.R'), api(model(megabytes)));
      for (const count of counts) {
        measures[`${shape}, penstock ×${count}`] = await ofPenstock(directory, count);
        measures[`${shape}, processes ×${count}`] = await ofProcesses(directory, count);
        bench.say(
          `${shape}, ${count}: ${measures[`${shape}, penstock ×${count}`]?.toFixed(0)} MB, plain processes ${measures[`${shape}, processes ×${count}`]?.toFixed(0)} MB`,
        );
      }
    }
    return measures;
  },
};
