import test, { type ExecutionContext } from 'ava';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { penstock } from '../../support/penstock.ts';

/** A directory with this service.yaml. */
async function service(t: ExecutionContext, text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-image-command-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'service.yaml'), text);
  return directory;
}

test('an engine that is missing is named, with what to install', async (t) => {
  const directory = await service(t, 'name: small\n');
  const ran = await penstock(['image', 'build', directory, '--engine', 'no-such-engine']);
  t.is(ran.code, 1);
  t.regex(ran.stderr, /^penstock: no-such-engine is not on the PATH: install Docker/m);
});

test('a mistake in service.yaml ends it before the engine is asked', async (t) => {
  const directory = await service(t, 'packages: [1]\n');
  const ran = await penstock(['image', 'build', directory, '--engine', 'no-such-engine']);
  t.is(ran.code, 1);
  t.regex(ran.stderr, /service\.yaml:1: packages/);
});

test('a service to be pulled needs its service.yaml and nothing else', async (t) => {
  const absent = await penstock(['image', 'build', tmpdir(), '--no-service', '--engine', 'no-such-engine']);
  t.regex(absent.stderr, /service\.yaml cannot be read \(ENOENT\)/);
  const text = 'routes: { POST /score: { rows: df, schema: schema.json } }\n';
  const ran = await penstock(['image', 'build', await service(t, text), '--no-service', '--engine', 'no-such-engine']);
  t.regex(ran.stderr, /no-such-engine is not on the PATH/);
});

test('names of Debian packages that a shell would run are refused', async (t) => {
  const directory = await service(t, 'name: small\n');
  const ran = await penstock(['image', 'build', directory, '--debian', 'libxml2-dev,$(reboot)', '--engine', 'none']);
  t.is(ran.code, 1);
  t.regex(ran.stderr, /\$\(reboot\) is not the name of a Debian package/);
});

test('push without a registry is a mistake in the arguments', async (t) => {
  const ran = await penstock(['image', 'push', '.']);
  t.is(ran.code, 2);
  t.regex(ran.stderr, /required option '--registry <host>'/);
});
