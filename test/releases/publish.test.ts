import { writeFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { listReleases } from '../../releases/list.ts';
import type { Progress } from '../../releases/progress.ts';
import { promote } from '../../releases/promote.ts';
import { publish } from '../../releases/publish.ts';
import { pull } from '../../releases/pull.ts';
import { fileBlob, manifestBlob, readManifest } from '../../releases/read.ts';
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

/** The store's blobs, each with the ETag that changes with every write. */
async function blobs(store: Store): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, properties } of store.releases.listBlobsFlat()) found[name] = properties.etag;
  return found;
}

const large = Buffer.alloc(9 * 2 ** 20, 'penstock');

test('a directory becomes a release with all of its files and their hashes', async (t) => {
  const store = newStore(azurite);
  const directory = await directoryOf(t, {
    'plumber.R': '#* @get /\nfunction() 1\n',
    'service.yaml': 'name: boston-housing',
    'model.rds': large,
    'probes/a b.json': '{}',
    'empty.txt': '',
  });
  const { manifest, alreadyPublished } = await publish(store, directory);
  t.false(alreadyPublished);
  t.is(manifest.service, 'boston-housing');
  t.deepEqual(
    manifest.files.map(({ path, size }) => [path, size]),
    [
      ['empty.txt', 0],
      ['model.rds', large.length],
      ['plumber.R', 23],
      ['probes/a b.json', 2],
      ['service.yaml', 20],
    ],
  );
  t.deepEqual(await readManifest(store, manifest.id), manifest);
  const { metadata } = await store.releases.getBlobClient(fileBlob(manifest.id, 'model.rds')).getProperties();
  t.is(metadata?.['sha256'], manifest.files[1]?.sha256);
  await verify(store, manifest.id);
});

test('publishing the same directory twice is the same release, and nothing is uploaded', async (t) => {
  const store = newStore(azurite);
  const first = await publish(store, await serviceDirectory(t, 's', 'same'));
  const before = await blobs(store);
  const seen: Progress[] = [];
  const second = await publish(store, await serviceDirectory(t, 's', 'same'), { onProgress: (at) => seen.push(at) });
  t.true(second.alreadyPublished);
  t.deepEqual(second.manifest, first.manifest);
  t.deepEqual(await blobs(store), before);
  t.deepEqual(seen, []);

  const other = await publish(store, await serviceDirectory(t, 's', 'other'));
  t.not(other.manifest.id, first.manifest.id);
});

test('two who publish the same directory at once both succeed, with one release', async (t) => {
  const store = newStore(azurite);
  const directory = await directoryOf(t, { 'plumber.R': '', 'service.yaml': 'name: s', 'a.rds': large, b: 'b' });
  const at = (year: number) => publish(store, directory, { now: () => new Date(Date.UTC(year, 0)) });
  const [one, two] = await Promise.all([at(2001), at(2002)]);
  t.deepEqual(one.manifest, two.manifest, 'the first one to finish has made it, for both');
  t.is((await listReleases(store)).length, 1);
  t.deepEqual(await verify(store, one.manifest.id), one.manifest);
});

test('progress counts every byte once, up to the total', async (t) => {
  const seen: Progress[] = [];
  const directory = await directoryOf(t, { 'plumber.R': 'x', 'service.yaml': 'name: s', 'model.rds': large });
  await publish(newStore(azurite), directory, { onProgress: (at) => seen.push(at) });
  const total = large.length + 8;
  t.true(seen.every((at, index) => at.totalBytes === total && at.bytes >= (seen[index - 1]?.bytes ?? 0)));
  t.is(seen.at(-1)?.bytes, total);
  t.true(seen.filter(({ file }) => file === 'model.rds').length > 1);
});

test('a half-uploaded release is listed as incomplete and never served; publishing again finishes it', async (t) => {
  const store = newStore(azurite);
  const directory = await serviceDirectory(t, 's', 'model');
  const { manifest } = await publish(store, directory);
  const { id } = manifest;
  await store.releases.deleteBlob(manifestBlob(id));
  await store.releases.deleteBlob(fileBlob(id, 'model'));

  t.like(await listReleases(store), [{ id, complete: false, files: 2 }]);
  const incomplete = {
    instanceOf: UserError,
    message: new RegExp(`release ${id} .* is incomplete: .*publish the same`),
  };
  await t.throwsAsync(promote(store, id, 's'), incomplete);
  await t.throwsAsync(pull(store, id, await directoryOf(t)), incomplete);
  await t.throwsAsync(verify(store, id), incomplete);

  const before = await blobs(store);
  const again = await publish(store, directory);
  t.is(again.manifest.id, id);
  t.false(again.alreadyPublished);
  t.like(await blobs(store), before, 'what had been uploaded stays');
  t.true((await listReleases(store))[0]?.complete);
  await verify(store, id);
});

test('a publishing that is broken off leaves nothing that counts as a release, and can be done again', async (t) => {
  const store = newStore(azurite);
  const directory = await serviceDirectory(t, 's', large);
  const stop = new AbortController();
  const stopped = publish(store, directory, { signal: stop.signal, onProgress: () => stop.abort() });
  await t.throwsAsync(stopped, { name: 'AbortError' });
  t.deepEqual(
    (await listReleases(store)).filter(({ complete }) => complete),
    [],
  );
  const { manifest } = await publish(store, directory);
  await verify(store, manifest.id);
});

test('a wrong leftover of a half-uploaded release is replaced', async (t) => {
  const store = newStore(azurite);
  const directory = await serviceDirectory(t, 's', 'model');
  const { manifest } = await publish(store, directory);
  const blob = store.releases.getBlockBlobClient(fileBlob(manifest.id, 'model'));
  await blob.upload('other', 5, { metadata: { sha256: 'f'.repeat(64) } });
  await store.releases.deleteBlob(manifestBlob(manifest.id));
  await publish(store, directory);
  await t.notThrowsAsync(verify(store, manifest.id));
});

test('publishing says so when the release in the store is damaged', async (t) => {
  const store = newStore(azurite);
  const directory = await serviceDirectory(t, 's', 'model');
  const { manifest } = await publish(store, directory);
  await store.releases.deleteBlob(fileBlob(manifest.id, 'model'));
  const error = {
    instanceOf: UserError,
    message: new RegExp(`release ${manifest.id} .* is damaged: model is missing`),
  };
  await t.throwsAsync(publish(store, directory), error);
});

for (const [size, content] of Object.entries({ small: Buffer.from('small'), large })) {
  test(`a ${size} file that changes meanwhile stops the publishing before it is complete`, async (t) => {
    const store = newStore(azurite);
    const directory = await serviceDirectory(t, 's', content);
    // The date is asked for between hashing and uploading.
    const now = () => {
      writeFileSync(join(directory, 'model'), Buffer.from(content).fill('x'));
      return new Date();
    };
    await t.throwsAsync(publish(store, directory, { now }), {
      instanceOf: UserError,
      message: /model has changed while it was being published/,
    });
    t.deepEqual(
      (await listReleases(store)).filter(({ complete }) => complete),
      [],
    );
  });
}

test('hidden files, logs and renv/library stay out; links inside the directory are followed', async (t) => {
  const directory = await directoryOf(t, {
    'Plumber.r': '',
    '.Renviron': 'SECRET=1',
    '.git/config': '',
    '.Rproj.user/x': '',
    'static/.DS_Store': '',
    'static/app.log': '',
    'renv/library/pkg/DESCRIPTION': '',
    'renv/activate.R': '',
    'models/v2/model.rds': 'model',
  });
  await symlink('models/v2', join(directory, 'current'));
  await symlink('models/v2/model.rds', join(directory, 'model.rds'));
  const { manifest, leftOut } = await publish(newStore(azurite), directory);
  t.deepEqual(
    manifest.files.map(({ path }) => path),
    ['Plumber.r', 'current/model.rds', 'model.rds', 'models/v2/model.rds', 'renv/activate.R'],
  );
  t.deepEqual([...leftOut].sort(), [
    '.Renviron',
    '.Rproj.user',
    '.git',
    'renv/library',
    'static/.DS_Store',
    'static/app.log',
  ]);
});

test('what is no service is refused before anything is uploaded', async (t) => {
  const store = newStore(azurite);
  const refuses = async (
    files: Record<string, string>,
    message: RegExp,
    change?: (directory: string) => Promise<unknown>,
  ) => {
    const directory = await directoryOf(t, files);
    await change?.(directory);
    await t.throwsAsync(publish(store, directory), { instanceOf: UserError, message });
  };
  await refuses({}, /has no plumber.R \(or entrypoint.R\)/);
  await refuses({ 'sub/plumber.R': '' }, /has no plumber.R .* to release$/);
  await refuses({ 'api.R': '' }, /needs an entrypoint.R that says plumb\("api.R"\)$/);
  await refuses({ 'plumber.R': '', 'service.yaml': 'nme: x' }, /service.yaml:1: nme: unknown key; did you mean name/);
  await refuses({ 'plumber.R': '', 'service.yaml': 'name: channels' }, /cannot be called channels/);
  await refuses(
    { 'plumber.R': '', '.p.json': '', 'service.yaml': 'probes: [{ name: a, route: POST /x, body: .p.json }]' },
    /service.yaml names .p.json, which a release leaves out/,
  );
  await refuses({ 'plumber.R': '' }, /passwd is a link out of the directory/, (directory) =>
    symlink('/etc/passwd', join(directory, 'passwd')),
  );
  await refuses({ 'plumber.R': '' }, /gone is a link that leads nowhere/, (directory) =>
    symlink('nothing', join(directory, 'gone')),
  );
  await refuses({ 'plumber.R': '' }, /a\/up is a link to a directory that holds it/, async (directory) => {
    await mkdir(join(directory, 'a'));
    await symlink('..', join(directory, 'a/up'));
  });
  await refuses({ 'plumber.R': '', 'a\\b': '' }, /has a backslash or a control character/);
  await t.throwsAsync(publish(store, '/nowhere/at/all'), { instanceOf: UserError, message: /is not a directory/ });
  t.deepEqual(await listReleases(store), []);
});

test('a file that was changed in the store keeps its release from being promoted or pulled', async (t) => {
  const store = newStore(azurite);
  const { manifest } = await publish(store, await serviceDirectory(t, 's', 'model'));
  await overwriteBlob(store, fileBlob(manifest.id, 'model'), 'longer than before');
  const damaged = {
    instanceOf: UserError,
    message: new RegExp(`release ${manifest.id} in ${store.url} is damaged: model`),
  };
  await t.throwsAsync(promote(store, manifest.id, 's'), damaged);
  await t.throwsAsync(pull(store, manifest.id, await directoryOf(t)), damaged);
  // As long as before, but not by us.
  await store.releases.getBlockBlobClient(fileBlob(manifest.id, 'model')).upload('Model', 5);
  await t.throwsAsync(promote(store, manifest.id, 's'), damaged);
});
