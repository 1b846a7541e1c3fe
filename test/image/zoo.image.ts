import test, { type ExecutionContext } from 'ava';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts, freePort } from '../support/ports.ts';
import { until } from '../support/server.ts';
import { differences } from '../zoo/compare.ts';
import { replay } from '../zoo/replay.ts';
import type { Target } from '../zoo/target.ts';
import { atMost } from '../zoo/turns.ts';
import { ownApis, packagedApis, type ZooApi } from '../zoo/zoo.ts';
import { build } from './support/build.ts';
import { inImage, startContainer } from './support/container.ts';
import { run } from './support/process.ts';

/** Where the image has the examples of the plumber package, and where the others are put. */
const packaged = '/usr/lib/R/site-library/plumber/plumber';
const mounted = '/service';

const apis = [...(await packagedApis()), ...(await ownApis())];
const fromPackage = new Set((await packagedApis()).map(({ name }) => name));
const needed = [...new Set(apis.flatMap(({ needs }) => needs))].sort();
const absent = new Set(await notInDebian(needed));
const image = await zooImage();
const turn = atMost(2);

/** Those of the R packages that the base image's Debian does not have: CRAN may be out of reach. */
async function notInDebian(packages: readonly string[]): Promise<string[]> {
  const base = process.env['PENSTOCK_TEST_BASE'];
  if (!base) return [];
  const script = `apt-get update > /dev/null
    for package in ${packages.join(' ')}; do
      apt-cache show r-cran-$(echo $package | tr A-Z a-z) > /dev/null 2>&1 || echo $package
    done`;
  const missing = await run('docker', ['run', '--rm', '--network', 'host', base, 'sh', '-c', script]);
  return missing.split('\n').filter((name) => name !== '');
}

/** An image with every R package that an API of the zoo needs and that can be had. */
async function zooImage(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-image-zoo-'));
  try {
    const packages = needed.filter((name) => !absent.has(name));
    await writeFile(join(directory, 'service.yaml'), `name: zoo\npackages: [${packages.join(', ')}]\n`);
    return (await build(directory, '--no-service')).image;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function place({ name, directory }: ZooApi): { directory: string; options: string[] } {
  if (fromPackage.has(name)) return { directory: `${packaged}/${name}`, options: [] };
  return { directory: mounted, options: ['--volume', `${directory}:${mounted}:ro`] };
}

async function penstock(t: ExecutionContext, api: ZooApi, workers: number): Promise<Target> {
  const { directory, options } = place(api);
  const args = ['serve', directory, '--workers', String(workers)];
  const { port, lines } = await startContainer(t, image, { options, args });
  const name = `Penstock, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
  return { name, port, workers, log: () => lines.join('\n'), stop: () => Promise.resolve() };
}

async function barePlumber(t: ExecutionContext, api: ZooApi): Promise<Target> {
  const { directory, options } = place(api);
  const port = await freePort();
  const expression = `library(plumber); pr_run(plumb(), host = "127.0.0.1", port = ${port})`;
  const id = await run('docker', [
    ...['run', '--detach', '--network', 'host', '--read-only', '--tmpfs', '/tmp', '--user', '10001', ...options],
    ...['--workdir', directory, '--entrypoint', 'Rscript', image, '-e', expression],
  ]);
  t.teardown(() => run('docker', ['rm', '--force', id]));
  let log = '';
  await until(async () => {
    if (await accepts(port)) return true;
    if ((await run('docker', ['inspect', '--format', '{{.State.Running}}', id])) === 'true') return false;
    log = await run('docker', ['logs', id]);
    throw new Error(`bare Plumber ended at its start:\n${log}`);
  });
  return { name: 'bare Plumber', port, workers: 1, log: () => log, stop: () => Promise.resolve() };
}

test('the zoo knows every example of the image’s own plumber', async (t) => {
  t.deepEqual((await inImage(image, `ls ${packaged}`)).split('\n'), [...fromPackage].sort());
});

for (const api of apis) {
  const lacks = api.needs.filter((name) => absent.has(name));
  if (lacks.length > 0) {
    test.skip(`${api.name}: not replayed, since it needs the R package ${lacks.join(' and ')}`, () => undefined);
    continue;
  }
  test(`${api.name}: in the image, Penstock answers as bare Plumber does, with one worker and with three`, (t) =>
    turn(async () => {
      const bare = await barePlumber(t, api);
      const expected = await replay(bare, api.requests);
      for (const workers of [1, 3]) {
        const target = await penstock(t, api, workers);
        const found = differences(expected, await replay(target, api.requests));
        if (found.length > 0) t.fail([target.name, ...found].join('\n'));
      }
      t.pass();
    }));
}
