import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseImage } from './support/base-image.ts';
import { findEngine, NoEngine } from './support/find.ts';
import { run } from './support/process.ts';

/**
 * `npm run test:image [FILE…]`: the tests of the container image, with a container engine: the one that runs, else Debian's
 * own, started here and stopped again. Without any they are skipped, unless `PENSTOCK_REQUIRE_IMAGE` is 1.
 */
const root = join(import.meta.dirname, '../..');
const say = (line: string) => process.stderr.write(`test:image: ${line}\n`);

async function main(files: readonly string[]): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-engine-'));
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  let stop = () => Promise.resolve();
  try {
    const engine = await findEngine(directory, say);
    stop = () => engine.stop();
    const env = { ...process.env, DOCKER_HOST: engine.host };
    const base = await baseImage(env, directory, say);
    const example = ['image', 'build', await trainedExample(), ...(base ? ['--base', base, '--network', 'host'] : [])];
    say('building the image of the sample service');
    await run(process.execPath, [join(root, 'cli/main.ts'), ...example], { env });
    const ava = spawn(
      join(root, 'node_modules/.bin/ava'),
      ['--config', join(import.meta.dirname, 'ava.config.js'), ...files],
      { cwd: root, stdio: 'inherit', env: { ...env, PENSTOCK_TEST_BASE: base ?? '' }, signal: interrupted.signal },
    );
    ava.on('error', () => undefined);
    const [code] = (await once(ava, 'close')) as [number | null];
    return code ?? 1;
  } catch (error) {
    if (!(error instanceof NoEngine)) throw error;
    const required = process.env['PENSTOCK_REQUIRE_IMAGE'] === '1';
    say(`${required ? 'failed' : 'skipped'}: ${error.message}`);
    return required ? 1 : 0;
  } finally {
    await stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function trainedExample(): Promise<string> {
  const { exampleRelease } = await import('../support/example.ts');
  return exampleRelease();
}

process.exitCode = await main(process.argv.slice(2));
