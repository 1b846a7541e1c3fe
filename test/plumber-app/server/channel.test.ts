import test from 'ava';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChannelSource } from '../../../plumber-app/server/channel.ts';
import { promote } from '../../../releases/promote.ts';
import { publish } from '../../../releases/publish.ts';
import { openStore } from '../../../releases/store.ts';
import { UserError } from '../../../service/errors.ts';
import { startAzurite } from '../../support/azurite.ts';
import { api, serve, until } from '../../support/server.ts';

test('a server follows its channel: the promoted release first, the next one on POST /refresh', async (t) => {
  const work = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  const azurite = await startAzurite();
  t.teardown(async () => {
    await azurite.stop();
    await rm(work, { recursive: true });
  });
  const store = openStore(azurite.storeUrl);
  const publishAnswering = async (answer: string) => {
    const directory = join(work, answer);
    await cp(api('entrypoint'), directory, { recursive: true });
    await writeFile(join(directory, 'service.yaml'), 'name: entrypoint\n');
    await writeFile(join(directory, 'answer.R'), `"${answer}"\n`);
    const { manifest } = await publish(store, directory);
    return manifest.id;
  };
  const first = await publishAnswering('first');
  const second = await publishAnswering('second');
  await promote(store, first, 'entrypoint');

  const source = new ChannelSource(store, 'entrypoint', join(work, 'cache'));
  const { directory, ...served } = await source.first();
  const server = await serve(t, directory, { ...served, source, lookEvery: 3_600_000 });
  t.is((await server.get('/answer')).text, '["first"]');
  t.deepEqual((await server.get('/answer')).all('x-penstock-release'), [first]);
  t.deepEqual((await server.admin('/refresh', { method: 'POST' })).json(), { changed: false, release: first });

  await promote(store, second, 'entrypoint');
  const { pid } = (await server.status()).workers[0]!;
  t.deepEqual((await server.admin('/refresh', { method: 'POST' })).json(), { changed: true, release: second });
  t.is((await server.get('/answer')).text, '["second"]');
  t.deepEqual((await server.get('/answer')).all('x-penstock-release'), [second]);
  await until(async () => (await server.status()).workers.every((worker) => worker.pid !== pid));

  await t.throwsAsync(new ChannelSource(store, 'nowhere', work).first(), { instanceOf: UserError });
});
