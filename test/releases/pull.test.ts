import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import test from 'ava';
import { type Manifest, manifestOf } from '../../releases/manifest.ts';
import type { Progress } from '../../releases/progress.ts';
import { publish } from '../../releases/publish.ts';
import { pull } from '../../releases/pull.ts';
import { fileBlob, manifestBlob, readText, streamFile } from '../../releases/read.ts';
import type { Store } from '../../releases/store.ts';
import { verify } from '../../releases/verify.ts';
import { UserError } from '../../service/errors.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import { directoryOf, newStore, overwriteBlob, serviceDirectory } from '../support/releases.ts';

let azurite: Azurite;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());

const files = {
  'plumber.R': '#* @get /\nfunction() 1\n',
  'service.yaml': 'name: boston-housing\n',
  'model.rds': Buffer.alloc(6 * 2 ** 20, 'model'),
  'probes/deep/a.json': '{}',
  'empty.txt': '',
};

async function release(t: Parameters<typeof directoryOf>[0], store: Store): Promise<Manifest> {
  return (await publish(store, await directoryOf(t, files))).manifest;
}

test('a release is pulled, file by file what was published', async (t) => {
  const store = newStore(azurite);
  const manifest = await release(t, store);
  const cache = await directoryOf(t);
  const seen: Progress[] = [];
  const directory = await pull(store, manifest.id, cache, { onProgress: (at) => seen.push(at) });
  t.is(directory, join(cache, 'boston-housing', manifest.id.split('@')[1] ?? ''));
  for (const [path, content] of Object.entries(files)) {
    t.true(Buffer.from(content).equals(await readFile(join(directory, path))), path);
  }
  t.is(seen.at(-1)?.bytes, seen.at(-1)?.totalBytes);
  t.deepEqual(await readdir(join(cache, 'boston-housing')), [manifest.id.split('@')[1]]);
});

test('a release that is there already is used, and pulled again when it has been changed', async (t) => {
  const store = newStore(azurite);
  const { id } = await release(t, store);
  const cache = await directoryOf(t);
  const directory = await pull(store, id, cache);
  const seen: Progress[] = [];
  const onProgress = (at: Progress) => seen.push(at);
  t.is(await pull(store, id, cache, { onProgress }), directory);
  t.deepEqual(seen, []);

  for (const change of ['tampered', files['plumber.R'].toUpperCase()]) {
    await writeFile(join(directory, 'plumber.R'), change);
    t.is(await pull(store, id, cache, { onProgress }), directory);
    t.true(seen.splice(0).length > 0);
    t.is(await readFile(join(directory, 'plumber.R'), 'utf8'), files['plumber.R']);
  }
});

test('a blob that was changed is named, and no half directory stays behind', async (t) => {
  const store = newStore(azurite);
  const { id } = await release(t, store);
  const cache = await directoryOf(t);
  const changes: [string | Buffer, RegExp][] = [
    [Buffer.alloc(6 * 2 ** 20, 'Model'), /is damaged: model.rds is not what was published \(its SHA-256 differs\)/],
    ['short', /is damaged: model.rds has 5 bytes of 6291456/],
    [Buffer.alloc(7 * 2 ** 20), /is damaged: model.rds is longer than its 6291456 bytes/],
  ];
  for (const [content, message] of changes) {
    await overwriteBlob(store, fileBlob(id, 'model.rds'), content);
    const error = await t.throwsAsync(pull(store, id, cache), { instanceOf: UserError, message });
    t.true(error.message.includes(id) && error.message.includes(store.url));
    t.deepEqual(await readdir(join(cache, 'boston-housing')), []);
  }
  await store.releases.deleteBlob(fileBlob(id, 'model.rds'));
  await t.throwsAsync(pull(store, id, cache), { instanceOf: UserError, message: /model.rds is missing/ });
  t.deepEqual(await readdir(join(cache, 'boston-housing')), []);
});

test('verify names every damaged file of a release', async (t) => {
  const store = newStore(azurite);
  const { id } = await release(t, store);
  t.is((await verify(store, id)).id, id);
  await overwriteBlob(store, fileBlob(id, 'plumber.R'), files['plumber.R'].toUpperCase());
  await store.releases.deleteBlob(fileBlob(id, 'empty.txt'));
  const error = await t.throwsAsync(verify(store, id), { instanceOf: UserError });
  t.deepEqual(error.message.split('\n'), [
    `release ${id} in ${store.url} is damaged: empty.txt is missing`,
    `release ${id} in ${store.url} is damaged: plumber.R is not what was published (its SHA-256 differs)`,
  ]);
});

test('a manifest that names a file outside the directory is refused and nothing is written', async (t) => {
  const store = newStore(azurite);
  await release(t, store);
  const evil = 'evil';
  const sha256 = createHash('sha256').update(evil).digest('hex');
  const manifest = manifestOf('boston-housing', [{ path: '../../evil', size: evil.length, sha256 }], new Date());
  const upload = (name: string, content: string) =>
    store.releases.getBlockBlobClient(name).upload(content, Buffer.byteLength(content));
  await upload(manifestBlob(manifest.id), JSON.stringify(manifest));
  const cache = await directoryOf(t);
  await t.throwsAsync(pull(store, manifest.id, cache), {
    instanceOf: UserError,
    message: /is damaged: its manifest names the file "..\/..\/evil", which has . or .. in its path/,
  });
  t.deepEqual(await readdir(cache), []);
});

test('an aborted pull leaves nothing', async (t) => {
  const store = newStore(azurite);
  const { id } = await release(t, store);
  const cache = await directoryOf(t);
  const stop = new AbortController();
  const pulling = pull(store, id, cache, { signal: stop.signal, onProgress: () => stop.abort() });
  await t.throwsAsync(pulling, { name: 'AbortError' });
  t.deepEqual(await readdir(join(cache, 'boston-housing')), []);
});

test('what a killed process has left is cleared away; what a living one is writing is not', async (t) => {
  const store = newStore(azurite);
  const { id } = await release(t, store);
  const cache = await directoryOf(t);
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const [left, living] = [`.0123456789ab.${dead}.x`, `.0123456789ab.${process.pid}.x`];
  for (const name of [left, living]) await mkdir(join(cache, 'boston-housing', name, 'half'), { recursive: true });
  await pull(store, id, cache);
  t.deepEqual((await readdir(join(cache, 'boston-housing'))).sort(), [living, id.split('@')[1]]);
});

test('several processes may pull the same release into one cache at once', async (t) => {
  const store = newStore(azurite);
  const { id } = await release(t, store);
  const cache = await directoryOf(t);
  const script = `
    import { openStore } from ${JSON.stringify(import.meta.resolve('../../releases/store.ts'))};
    import { pull } from ${JSON.stringify(import.meta.resolve('../../releases/pull.ts'))};
    console.log(await pull(openStore(${JSON.stringify(store.url)}), ${JSON.stringify(id)}, ${JSON.stringify(cache)}));`;
  const other = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const pulled = await Promise.all([
    ...[other(), other()].map(async (run) => (await run).stdout.trim()),
    ...[pull(store, id, cache), pull(store, id, cache), pull(store, id, cache)],
  ]);
  t.is(new Set(pulled).size, 1);
  t.deepEqual(await readdir(join(cache, 'boston-housing')), [id.split('@')[1]]);
  t.true(files['model.rds'].equals(await readFile(join(pulled[0] ?? '', 'model.rds'))));
});

test('a cache that cannot be written is named', async (t) => {
  const store = newStore(azurite);
  const { id } = await release(t, store);
  const directory = await directoryOf(t, { file: '' });
  await t.throwsAsync(pull(store, id, join(directory, 'file')), {
    instanceOf: UserError,
    message: new RegExp(`cannot write ${id} to .*file/boston-housing/.*: ENOTDIR`),
  });
});

test('a file is streamed in chunks and checked; one that the release does not have is named', async (t) => {
  const store = newStore(azurite);
  const manifest = await release(t, store);
  t.is(await text(await streamFile(store, manifest.id, 'plumber.R')), files['plumber.R']);
  t.is(await readText(store, manifest, 'service.yaml'), files['service.yaml']);
  await t.throwsAsync(readText(store, manifest, 'nothing'), {
    instanceOf: UserError,
    message: `release ${manifest.id} has no file nothing`,
  });

  let chunks = 0;
  for await (const chunk of await streamFile(store, manifest, 'model.rds')) {
    chunks += 1;
    t.true((chunk as Buffer).length <= 2 ** 20);
  }
  t.true(chunks > 6);

  await overwriteBlob(store, fileBlob(manifest.id, 'service.yaml'), 'name: boston-horsing\n');
  await t.throwsAsync(readText(store, manifest, 'service.yaml'), { instanceOf: UserError, message: /SHA-256 differs/ });
});

test('a small service pulls as it was', async (t) => {
  const store = newStore(azurite);
  const source = await serviceDirectory(t, 'small', 'model');
  const { manifest } = await publish(store, source);
  const directory = await pull(store, manifest.id, await directoryOf(t));
  t.deepEqual((await readdir(directory)).sort(), (await readdir(source)).sort());
});
