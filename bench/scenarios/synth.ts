import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, Scenario } from '../bench.ts';
import { sharedMemory } from '../memory.ts';

const root = join(import.meta.dirname, '..', '..');

/** What a command took, with all the processes that it started. */
interface Usage {
  readonly cpuSeconds: number;
  /** The most at any one time. */
  readonly megabytes: number;
}

async function usageOf(command: readonly string[], environment: NodeJS.ProcessEnv): Promise<Usage> {
  // The shell's `times` counts its children's children too, which Node.js can't be asked for.
  const child = spawn('sh', ['-c', '"$@" >&2; code=$?; times; exit $code', 'sh', ...command], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  let megabytes = 0;
  while (child.exitCode === null && child.signalCode === null) {
    megabytes = Math.max(megabytes, await sharedMemory(child.pid ?? 0));
    await delay(20);
  }
  if ((await ended) !== 0) throw new Error(`${command.join(' ')} failed:\n${errors}`);
  const [, children = ''] = output.trim().split('\n').slice(-2);
  const cpuSeconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
  return { cpuSeconds, megabytes };
}

/** The median by CPU time of a few runs. */
async function median(bench: Bench, command: readonly string[], name: string): Promise<Usage> {
  const runs: Usage[] = [];
  for (let round = 0; round < (bench.quick ? 1 : 3); round += 1) {
    const outdir = await bench.scratch();
    runs.push(
      await usageOf(command, {
        PENSTOCK_ENV: name,
        CDKTF_OUTDIR: outdir,
        CHECKPOINT_DISABLE: '1',
        CI: '1',
      }),
    );
  }
  return runs.sort((a, b) => a.cpuSeconds - b.cpuSeconds)[runs.length >> 1]!;
}

export const synth: Scenario = {
  name: 'synth',
  title: 'synthesising the infrastructure: CPU seconds, and memory of all its processes',
  async run(bench) {
    const program = [process.execPath, '--import', 'tsx', 'main.ts'];
    const dev = await median(bench, program, 'dev');
    const prod = await median(bench, program, 'prod');
    const command = join(root, 'node_modules', '.bin', 'cdktf');
    const withCli = await median(bench, [command, 'synth', '--output', await bench.scratch()], 'dev');
    const measures = {
      'both environments, CPU s': dev.cpuSeconds + prod.cpuSeconds,
      'peak, MB': Math.max(dev.megabytes, prod.megabytes),
      // The CLI itself, and the type check that cdktf.json puts before a synth.
      'cdktf synth beyond that, one environment, CPU s': withCli.cpuSeconds - dev.cpuSeconds,
    };
    for (const [name, value] of Object.entries(measures)) bench.say(`${name}: ${value.toFixed(1)}`);
    return measures;
  },
};
