import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Payload } from './payload.ts';

/** What one run of the load generator saw. */
export interface Load {
  /** Answers a second. */
  readonly rate: number;
  /** Milliseconds from sending a request to its whole answer. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  /** Connections that failed, answers that were not 2xx or came too late. */
  readonly errors: number;
}

/** Sends `POST /score` over keep-alive connections, cycling through all bodies, from a process of its own. */
export interface LoadGenerator {
  /** `wrk` or `autocannon`: their own cost differs, so figures of the one don't compare with the other's. */
  readonly name: string;
  run(url: string, payload: Payload, connections: number, seconds: number): Promise<Load>;
}

const run = promisify(execFile);

export const wrk: LoadGenerator = {
  name: 'wrk',
  async run(url, payload, connections, seconds) {
    const script = join(import.meta.dirname, 'wrk.lua');
    const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-s', script];
    const env = { ...process.env, BENCH_BODIES: payload.bodiesFile };
    const { stdout } = await run('wrk', [...options, `${url}/score`], { env });
    return lastLine(stdout);
  },
};

export const autocannon: LoadGenerator = {
  name: 'autocannon',
  async run(url, payload, connections, seconds) {
    const program = join(import.meta.dirname, 'autocannon.ts');
    const { stdout } = await run(process.execPath, [program, url, payload.bodiesFile, `${connections}`, `${seconds}`]);
    return lastLine(stdout);
  },
};

const lastLine = (output: string): Load => JSON.parse(output.trim().split('\n').at(-1) ?? '') as Load;

/** @returns Whether the program is on the path. */
export const installed = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, program)));

/** wrk where it is installed, since it costs the least; else autocannon, which knows latencies only to the millisecond. */
export const loadGenerator = (): LoadGenerator => (installed('wrk') ? wrk : autocannon);
