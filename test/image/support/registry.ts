import type { ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { canInstall, install } from './debian.ts';

const program = '/usr/bin/docker-registry';

/** Whether Debian's docker-registry is here; it is installed where it can be. */
export async function haveRegistry(): Promise<boolean> {
  if (!existsSync(program) && canInstall) await install('docker-registry');
  return existsSync(program);
}

/** A directory for what registries keep, removed with the test. */
export async function registryStorage(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-registry-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/**
 * Starts a registry on a free loopback port until the test ends.
 *
 * @param auth what its configuration says under `auth`; open to everyone without
 * @returns `127.0.0.1:PORT`
 */
export async function startRegistry(t: ExecutionContext, storage: string, auth?: object): Promise<string> {
  const config = {
    version: '0.1',
    log: { level: 'info', formatter: 'json' },
    storage: { filesystem: { rootdirectory: join(storage, 'blobs') } },
    http: { addr: '127.0.0.1:0' },
    ...(auth && { auth }),
  };
  // JSON is YAML.
  const file = join(storage, `config${auth ? '-auth' : ''}.yml`);
  await writeFile(file, JSON.stringify(config));
  const child = spawn(program, ['serve', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  t.teardown(async () => {
    child.kill();
    await ended;
  });
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
        if (address !== undefined) resolve(address);
      });
    }
    void ended.then(() => reject(new Error(`docker-registry ended:\n${said.join('\n')}`)));
  });
}
