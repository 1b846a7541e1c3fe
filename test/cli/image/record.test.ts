import test, { type ExecutionContext } from 'ava';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordDigest } from '../../../cli/image/record.ts';

const digest = `sha256:${'a1'.repeat(32)}`;

/** A repository with two services and this configuration. */
async function repository(t: ExecutionContext, config: string) {
  const root = await mkdtemp(join(tmpdir(), 'penstock-record-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  for (const name of ['config', 'first', 'second']) await mkdir(join(root, name));
  await writeFile(join(root, 'second/service.yaml'), 'name: by-name\n');
  const file = join(root, 'config/dev.yaml');
  await writeFile(file, config);
  return { root, file, text: () => readFile(file, 'utf8') };
}

const config = `# Ours
region: westeurope   # near us
alerts: {emails: [a@example.com]}

services:
- directory: first   # the first
  channel: production
  # a comment at the end
-   address: 10.0.0.2
    directory: "second"
    image: sha256:old   # what runs now
- { directory: third, cpu: 2 }
`;

test('the digest is added after the directory, and nothing else moves', async (t) => {
  const { root, file, text } = await repository(t, config);
  await recordDigest(file, { digest, directory: join(root, 'first'), service: 'first' });
  t.is(await text(), config.replace('# the first\n', `# the first\n  image: ${digest}\n`));
  t.deepEqual(await readdir(join(root, 'config')), ['dev.yaml']);
});

test('a digest that is there is replaced, comment and all else kept', async (t) => {
  const { root, file, text } = await repository(t, config);
  await recordDigest(file, { digest, directory: join(root, 'second'), service: 'by-name' });
  t.is(await text(), config.replace('sha256:old', digest));
});

test('a service whose model was trained elsewhere is found by its name', async (t) => {
  const { root, file, text } = await repository(t, config);
  await mkdir(join(root, 'trained'));
  await recordDigest(file, { digest, directory: join(root, 'trained'), service: 'by-name' });
  t.is(await text(), config.replace('sha256:old', digest));
});

test('an entry in braces stays in braces', async (t) => {
  const { root, file, text } = await repository(t, config);
  await mkdir(join(root, 'third'));
  await recordDigest(file, { digest, directory: join(root, 'third'), service: 'third' });
  t.is(await text(), config.replace('directory: third,', `directory: third, image: ${digest},`));
});

test('a file without a line end, and one with Windows lines, keep them', async (t) => {
  for (const written of ['services:\n  - directory: first', 'services:\r\n  - directory: first\r\n    cpu: 2\r\n']) {
    const { root, file, text } = await repository(t, written);
    await recordDigest(file, { digest, directory: join(root, 'first'), service: 'first' });
    t.is(await text(), written.replace('first', `first\n    image: ${digest}`));
  }
});

test('a service that the file does not name is refused, with those that it does', async (t) => {
  const { root, file, text } = await repository(t, config);
  await t.throwsAsync(recordDigest(file, { digest, directory: root, service: 'other' }), {
    name: 'UserError',
    message: /dev\.yaml: no service there is .* or called other; there are first, by-name/,
  });
  t.is(await text(), config);
});

test('a configuration that is missing or broken is refused by name', async (t) => {
  const { root, file } = await repository(t, 'services: [');
  const recorded = { digest, directory: root, service: 'other' };
  await t.throwsAsync(recordDigest(file, recorded), { name: 'UserError', message: /dev\.yaml: / });
  const absent = join(root, 'config/absent.yaml');
  await t.throwsAsync(recordDigest(absent, recorded), { name: 'UserError', message: /absent\.yaml cannot be read/ });
});
