import test, { type ExecutionContext } from 'ava';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { penstock } from '../support/penstock.ts';
import { baseOptions, build, passed } from './support/build.ts';
import { inImage } from './support/container.ts';
import { run } from './support/process.ts';

const onHostNetwork = baseOptions().length > 0 ? test.serial : test.skip;

async function temporary(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-image-packages-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A service that needs these packages. */
async function service(t: ExecutionContext, ...packages: readonly string[]): Promise<string> {
  const directory = await temporary(t);
  await writeFile(join(directory, 'plumber.R'), '#* @get /\nfunction() 1\n');
  await writeFile(join(directory, 'service.yaml'), `name: packages\npackages: [${packages.join(', ')}]\n`);
  return directory;
}

/**
 * A repository laid out as CRAN is, on loopback, with packages of ours that Debian does not have: `penstock.outer`, which
 * needs `penstock.inner`, which is C code that links to a library.
 */
async function repository(t: ExecutionContext): Promise<string> {
  const root = await temporary(t);
  const sources = join(root, 'src/contrib');
  await mkdir(sources, { recursive: true });
  await cp(join(import.meta.dirname, 'packages'), join(root, 'packages'), { recursive: true });
  const script = `
    setwd("${sources}")
    for (name in c("penstock.inner", "penstock.outer")) {
      system2("R", c("CMD", "build", "--no-build-vignettes", file.path("${root}", "packages", name)), stdout = FALSE)
    }
    tools::write_PACKAGES(".", type = "source")`;
  await run('Rscript', ['-e', script]);
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    readFile(join(root, path)).then(
      (bytes) => response.writeHead(200).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

onHostNetwork(
  'what Debian lacks is compiled from the CRAN snapshot, and only the result is in the image',
  async (t) => {
    const cran = await repository(t);
    const directory = await service(t, 'jsonlite', 'MASS', 'penstock.outer');
    const { image, sbom } = await build(directory, '--cran', cran, '--debian', 'libxml2-dev');
    const version = await inImage(image, `Rscript -e 'cat(penstock.outer::libxml(), requireNamespace("MASS"))'`);
    t.regex(version, /^2\.\d+\.\d+ TRUE$/);
    t.is(await inImage(image, 'command -v cc gcc make; ls /usr/include/libxml2 2> /dev/null; true'), '');
    const { components } = JSON.parse(await readFile(sbom, 'utf8')) as { components: { purl?: string }[] };
    const purls = components.map(({ purl }) => purl);
    t.true(purls.includes('pkg:cran/penstock.inner@0.1.0'));
    t.true(purls.includes('pkg:cran/penstock.outer@0.2.0'));
  },
);

onHostNetwork('a package that neither Debian nor the snapshot has ends the build by its name', async (t) => {
  const cran = await repository(t);
  const directory = await service(t, 'no.such.package');
  const ran = await penstock(['image', 'build', directory, ...baseOptions(), '--cran', cran], passed());
  t.is(ran.code, 1);
  t.regex(ran.stderr + ran.stdout, /Neither Debian nor the CRAN snapshot http:\S+ has the R package no\.such\.package/);
});

onHostNetwork('a snapshot that cannot be reached is said to be', async (t) => {
  const directory = await service(t, 'no.such.package');
  const cran = 'http://127.0.0.1:9';
  const ran = await penstock(['image', 'build', directory, ...baseOptions(), '--cran', cran], passed());
  t.is(ran.code, 1);
  t.regex(ran.stderr + ran.stdout, /Debian lacks no\.such\.package, and the CRAN snapshot http:\S+ cannot be reached/);
});

onHostNetwork('a package that does not compile ends the build with the way out', async (t) => {
  const cran = await repository(t);
  const directory = await service(t, 'penstock.inner');
  const ran = await penstock(['image', 'build', directory, ...baseOptions(), '--cran', cran], passed());
  t.is(ran.code, 1);
  t.regex(ran.stderr + ran.stdout, /libxml.*penstock image build --debian/s);
});
