import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startOnLeash } from './leash.ts';

/** An API that runs as it does without Penstock. */
export interface BarePlumber {
  readonly port: number;
  /** What R has printed so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Bare Plumber gives no way to listen on port 0 and tell the port, so a free one is looked for first. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** @returns Whether something on this machine accepts connections on the port. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
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
