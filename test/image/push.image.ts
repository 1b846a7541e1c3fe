import test from 'ava';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { acrToken } from '../../cli/image/acr.ts';
import { Engine } from '../../cli/image/engine.ts';
import { pushImage } from '../../cli/image/push.ts';
import { exampleRelease, exampleSources } from '../support/example.ts';
import { penstock } from '../support/penstock.ts';
import { startTokenService } from './support/acr.ts';
import { baseOptions, exampleImage, passed } from './support/build.ts';
import { run } from './support/process.ts';
import { haveRegistry, registryStorage, startRegistry } from './support/registry.ts';

const withRegistry = (await haveRegistry()) ? test.serial : test.skip;
const configuration = join(import.meta.dirname, '../../config/dev.yaml');

interface Printed {
  readonly id: string;
  readonly name: string;
  readonly digest: string;
}

withRegistry('push prints the digest that the registry has, and writes it into the environment', async (t) => {
  const storage = await registryStorage(t);
  const registry = await startRegistry(t, storage);
  const config = join(storage, 'config/dev.yaml');
  await mkdir(join(storage, 'config'));
  await cp(configuration, config);
  await cp(exampleSources, join(storage, 'plumber-app/example'), { recursive: true });

  const destination = ['--registry', `${registry}/team`, '--write', config];
  const command = ['image', 'push', await exampleRelease(), '--json', ...baseOptions(), ...destination];
  const ran = await penstock(command, passed());
  t.is(ran.code, 0, ran.stderr);
  const { id, name, digest } = JSON.parse(ran.stdout) as Printed;
  t.regex(name, /^127\.0\.0\.1:\d+\/team\/penstock\/boston-housing:[0-9a-f]{12}$/);

  const tag = name.split(':').at(-1);
  const manifest = await fetch(`http://${registry}/v2/team/penstock/boston-housing/manifests/${tag}`, {
    headers: {
      Accept: 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
    },
  });
  t.is(manifest.headers.get('docker-content-digest'), digest);

  const before = await readFile(configuration, 'utf8');
  const after = await readFile(config, 'utf8');
  const added = after.split('\n').filter((line) => !before.split('\n').includes(line));
  t.deepEqual(added, [`    image: ${digest}`]);
  t.is(
    after
      .split('\n')
      .filter((line) => !added.includes(line))
      .join('\n'),
    before,
  );
  const { services } = parse(after) as { services: { image: string }[] };
  t.is(services[0]?.image, digest);

  const byDigest = `${name.slice(0, name.lastIndexOf(':'))}@${digest}`;
  await run('docker', ['pull', '--quiet', byDigest]);
  t.is(await run('docker', ['image', 'inspect', '--format', '{{.Id}}', byDigest]), id);
});

withRegistry(
  "an Entra ID token is traded for the registry's own, which the engine shows and nobody keeps",
  async (t) => {
    const storage = await registryStorage(t);
    const service = 'penstock.azurecr.io';
    const tokens = await startTokenService(t, storage, { entraToken: 'from-entra', service });
    const registry = await startRegistry(t, storage, tokens.auth);
    const [repository = '', tag = ''] = (await exampleImage()).split(':');
    const engine = new Engine();

    await t.throwsAsync(pushImage(engine, { repository, tag }, registry), { name: 'UserError' });

    const scopes: (string | string[])[] = [];
    const credential = {
      getToken: (scope: string | string[]) => {
        scopes.push(scope);
        return Promise.resolve({ token: 'from-entra', expiresOnTimestamp: Date.now() + 60_000 });
      },
    };
    const { digest } = await pushImage(engine, { repository, tag }, registry, () =>
      acrToken(service, credential, tokens.origin),
    );
    t.regex(digest, /^sha256:[0-9a-f]{64}$/);
    t.deepEqual(scopes, ['https://containerregistry.azure.net/.default']);
    t.deepEqual(
      tokens.exchanged.map((form) => Object.fromEntries(form)),
      [{ grant_type: 'access_token', service, access_token: 'from-entra' }],
    );
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith('penstock-docker-'));
    t.deepEqual(left, []);
  },
);
