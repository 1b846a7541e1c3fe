import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startOnLeash } from './leash.ts';
import { accepts, freePort } from './ports.ts';

/** An API that runs as it does without Penstock. */
export interface BarePlumber {
  readonly port: number;
  /** What R has printed so far. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Runs the directory's API the way a Plumber user does, from within the directory and in a process of its own.
 *
 * @returns Once it accepts connections.
 * @throws With R's own output when it ends before that.
 */
export async function startBarePlumber(directory: string): Promise<BarePlumber> {
  const port = await freePort();
  const expression = `library(plumber); pr_run(plumb(), host = "127.0.0.1", port = ${port})`;
  // Not ended by SIGINT, which httpuv looks for only every two seconds; its temporary files are then left to us.
  const temporary = await mkdtemp(join(tmpdir(), 'penstock-bare-'));
  const env = { ...process.env, TMPDIR: temporary };
  const { child, log, stop } = startOnLeash('Rscript', ['-e', expression], { cwd: directory, env });
  while (!(await accepts(port))) {
    if (child.exitCode !== null) {
      await rm(temporary, { recursive: true });
      throw new Error(`bare Plumber ended at its start:\n${log()}`);
    }
    await delay(20);
  }
  return {
    port,
    log,
    async stop() {
      await stop();
      await rm(temporary, { recursive: true });
    },
  };
}
