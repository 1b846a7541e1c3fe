import { Validation } from '@cyclonedx/cyclonedx-library';
import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import test, { type ExecutionContext } from 'ava';
import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleRelease } from '../support/example.ts';
import { build, exampleImage, serverImage } from './support/build.ts';
import { inImage } from './support/container.ts';
import { run } from './support/process.ts';

async function inspect<T>(image: string, field: string): Promise<T> {
  return JSON.parse(await run('docker', ['image', 'inspect', '--format', `{{json ${field}}}`, image])) as T;
}

/** A copy of the sample service that may be changed. */
async function copyOfExample(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-image-test-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await cp(await exampleRelease(), join(directory, 'example'), { recursive: true });
  return join(directory, 'example');
}

test.serial('the image is small, and runs as a user without a name on the machine', async (t) => {
  const { image, bytes } = await build(await exampleRelease());
  t.true(bytes <= 900 * 1000 * 1000, `${bytes} bytes`);
  const config = await inspect<{
    User: string;
    Labels: Record<string, string>;
    Healthcheck?: object;
    StopSignal: string;
  }>(image, '.Config');
  t.is(config.User, '10001:10001');
  t.is(config.StopSignal, 'SIGTERM');
  t.truthy(config.Healthcheck);
  t.is(config.Labels['org.opencontainers.image.title'], 'boston-housing');
  t.is(config.Labels['org.opencontainers.image.version'], image.split(':')[1]);
  t.truthy(config.Labels['org.opencontainers.image.description']);
  t.truthy(config.Labels['org.opencontainers.image.base.name']);
});

test.serial('no compiler, no npm and no package cache is in it', async (t) => {
  const image = await exampleImage();
  const tools = ['cc', 'gcc', 'g++', 'gfortran', 'make', 'npm', 'npx', 'corepack', 'yarn'];
  t.is(await inImage(image, `for tool in ${tools.join(' ')}; do command -v $tool; done; true`), '');
  const caches = '/var/lib/apt/lists /var/cache/apt /usr/local/lib/node_modules /root/.npm /tmp';
  t.is(await inImage(image, `find ${caches} -type f 2> /dev/null; true`), '');
  const base = process.env['PENSTOCK_TEST_BASE'];
  if (base) t.is(await inImage(base, 'command -v npm'), '/usr/local/bin/npm', 'it was in the base image');
});

test.serial('the same files are the same image; a new model or plumber.R is a new last layer', async (t) => {
  const directory = await copyOfExample(t);
  const first = await build(directory);
  t.deepEqual(pick(await build(directory)), pick(first));
  const layers = await inspect<string[]>(first.image, '.RootFS.Layers');
  for (const file of ['model.rds', 'plumber.R']) {
    await appendFile(join(directory, file), '\n');
    const next = await build(directory);
    t.not(next.image, first.image);
    const changed = await inspect<string[]>(next.image, '.RootFS.Layers');
    t.deepEqual(changed.slice(0, -1), layers.slice(0, -1), file);
    t.not(changed.at(-1), layers.at(-1), file);
  }
});

function pick({ image, id }: { image: string; id: string }) {
  return { image, id };
}

test.serial('what the image holds is listed in a valid CycloneDX document', async (t) => {
  const { sbom, id } = await build(await exampleRelease());
  const text = await readFile(sbom, 'utf8');
  const mistakes: unknown = await new Validation.JsonStrictValidator(Version.v1dot6).validate(text);
  t.is(mistakes, null);
  const document = JSON.parse(text) as {
    metadata: { component: { 'bom-ref': string } };
    components: { name: string; version: string; purl?: string }[];
  };
  t.is(document.metadata.component['bom-ref'], id);
  const purls = document.components.map(({ purl = '' }) => purl.replace(/@.*/, ''));
  for (const purl of [
    'pkg:generic/node',
    'pkg:deb/debian/r-base-core',
    'pkg:deb/debian/r-cran-plumber',
    'pkg:deb/debian/r-cran-randomforest',
    'pkg:npm/%40azure/storage-blob',
    'pkg:npm/undici',
  ]) {
    t.true(purls.includes(purl), purl);
  }
  t.false(purls.includes('pkg:npm/ava'), 'it is not in the image');
});

test.serial('an image without its service holds neither model nor code, and says what it needs', async (t) => {
  const image = await serverImage();
  t.is(await inImage(image, 'ls -A /service 2> /dev/null; true'), '');
  const refusal = await t.throwsAsync(run('docker', ['run', '--rm', '--network', 'none', image]));
  t.regex(refusal?.message ?? '', /nothing to serve: .*PENSTOCK_STORE and PENSTOCK_CHANNEL/);
});
