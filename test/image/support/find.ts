import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { canInstall, install } from './debian.ts';
import { run, succeeds } from './process.ts';

/** There is no container engine, and none can be started. */
export class NoEngine extends Error {}

export interface RunningEngine {
  /** As DOCKER_HOST has it; undefined for the one that docker finds by itself. */
  readonly host: string | undefined;
  stop(): Promise<void>;
}

/**
 * The engine that runs here; else Debian's, installed when it is missing, and started with everything of its own in a
 * directory, without bridges and firewall rules, so that nothing on the machine is disturbed.
 *
 * @throws NoEngine when neither is possible
 */
export async function findEngine(directory: string, say: (line: string) => void): Promise<RunningEngine> {
  if (process.platform !== 'linux') throw new NoEngine('the containers share the network of the machine: Linux only');
  const none = { host: process.env['DOCKER_HOST'], stop: () => Promise.resolve() };
  if (await succeeds('docker', ['version'])) return none;
  if (!canInstall) throw new NoEngine('no container engine runs here, and only root on Debian can start one');
  if (!existsSync('/usr/sbin/dockerd') || !(await succeeds('docker', ['--version']))) {
    say("installing Debian's docker.io");
    await install('docker.io');
  }
  return start(directory);
}

async function start(directory: string): Promise<RunningEngine> {
  const host = `unix://${join(directory, 'docker.sock')}`;
  const logFile = join(directory, 'dockerd.log');
  const log = await open(logFile, 'w');
  const daemon = spawn(
    '/usr/sbin/dockerd',
    [
      ...['--host', host, '--pidfile', join(directory, 'pid')],
      ...['--data-root', join(directory, 'data'), '--exec-root', join(directory, 'exec')],
      ...['--storage-driver', 'overlay2', '--bridge', 'none', '--iptables=false', '--ip6tables=false'],
    ],
    { stdio: ['ignore', log.fd, log.fd], detached: true },
  );
  await log.close();
  const ended = once(daemon, 'close').catch(() => undefined);
  const stop = async () => {
    daemon.kill('SIGTERM');
    await ended;
    await unmountBelow(directory);
  };
  const env = { ...process.env, DOCKER_HOST: host };
  while (!(await succeeds('docker', ['version'], env))) {
    if (daemon.exitCode !== null || daemon.signalCode !== null || daemon.pid === undefined) {
      const why = (await readFile(logFile, 'utf8')).trim().split('\n').at(-1) ?? '';
      throw new NoEngine(`dockerd does not start here: ${why}`);
    }
    await delay(200);
  }
  return { host, stop };
}

/** A daemon that has ended leaves its network namespace mounted. */
async function unmountBelow(directory: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const path of mounts.filter((each) => each.startsWith(`${directory}/`)).reverse()) await run('umount', [path]);
}
