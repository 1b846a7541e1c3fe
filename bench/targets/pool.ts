import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/support/ports.ts';
import { answers, type Running, start } from '../child.ts';
import { startBare } from './bare.ts';

/**
 * What a careful user builds: `count` plumber processes behind HAProxy, which gives each one request at a time and
 * queues the rest (`maxconn 1`). A new connection for every request to R: on a kept one each answer would wait some
 * 40 ms for a delayed acknowledgement.
 */
export async function startPool(
  directory: string,
  count: number,
  ready: { path: string; body: string },
  scratch: string,
): Promise<Running> {
  const processes: Running[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((process) => process.stop()));
  };
  try {
    for (let index = 0; index < count; index += 1) processes.push(await startBare(directory, ready));
    const port = await freePort();
    const file = join(scratch, 'haproxy.cfg');
    await writeFile(
      file,
      configuration(
        port,
        processes.map(({ url }) => new URL(url).host),
      ),
    );
    const url = `http://127.0.0.1:${port}`;
    const proxy = await start('haproxy', ['-f', file, '-db'], url, () => answers(url, ready.path, ready.body));
    processes.unshift(proxy);
    return { ...proxy, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const configuration = (port: number, hosts: readonly string[]): string => `
global
  maxconn 4096
defaults
  mode http
  option http-server-close
  option http-no-delay
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout queue 60s
frontend callers
  bind 127.0.0.1:${port}
  default_backend plumber
backend plumber
  balance leastconn
${hosts.map((host, index) => `  server r${index} ${host} maxconn 1`).join('\n')}
`;
