import { resolve, sep } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { parseReleaseId } from '../../releases/id.ts';
import { manifestOf, parseManifest, unsafe, type Manifest, type ReleaseFile } from '../../releases/manifest.ts';
import { UserError } from '../../service/errors.ts';

const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/);
const path = fc.stringMatching(/^[a-z]{1,8}(\/[A-Za-z][A-Za-z .]{0,8}[a-z]){0,2}\.R$/);
const files: fc.Arbitrary<ReleaseFile[]> = fc.uniqueArray(fc.record({ path, size: fc.nat(), sha256 }), {
  minLength: 1,
  maxLength: 6,
  selector: (file) => file.path,
});
const date = new Date('2026-01-02T03:04:05Z');

/** What `parseManifest` makes of a manifest that was changed after its id was given. */
function changed(manifest: Manifest, change: object): unknown {
  try {
    return parseManifest(JSON.stringify({ ...manifest, ...change }), manifest.id);
  } catch (error) {
    return error;
  }
}

test('the same files give the same id, in whatever order they were found and whenever', (t) => {
  fc.assert(
    fc.property(files, (some) => {
      const one = manifestOf('s', some, date);
      const other = manifestOf('s', some.toReversed(), new Date(0));
      return one.id === other.id && parseReleaseId(one.id).hex.length === 12;
    }),
  );
  t.pass();
});

test('a manifest is read back as it was written', (t) => {
  fc.assert(
    fc.property(files, (some) => {
      const manifest = manifestOf('boston-housing', some, date);
      t.deepEqual(parseManifest(JSON.stringify(manifest), manifest.id), manifest);
    }),
  );
});

test('a manifest with another file list than its id says is refused by the name of the release', (t) => {
  const anyChange = fc.record({ path, size: fc.nat(), sha256 });
  fc.assert(
    fc.property(files, fc.nat(), anyChange, (some, index, other) => {
      const manifest = manifestOf('boston-housing', some, date);
      const at = index % manifest.files.length;
      fc.pre(JSON.stringify(other) !== JSON.stringify(manifest.files[at]));
      for (const list of [manifest.files.with(at, other), manifest.files.toSpliced(at, 1)]) {
        const error = changed(manifest, { files: list });
        if (!(error instanceof UserError) || !error.message.startsWith(`release ${manifest.id} is damaged`))
          return false;
      }
      return true;
    }),
  );
  t.pass();
});

test('a malformed manifest is refused, and it is said why', (t) => {
  const manifest = manifestOf('s', [{ path: 'plumber.R', size: 1, sha256: 'a'.repeat(64) }], date);
  const message = (change: object) => (changed(manifest, change) as Error).message;
  t.regex(message({ service: 'other' }), /is that of other@/);
  t.regex(message({ files: [] }), /"files" must contain at least 1/);
  t.regex(message({ extra: 1 }), /"extra" is not allowed/);
  t.regex(message({ createdAt: 'yesterday' }), /"createdAt"/);
  t.regex(message({ format: 2 }), /has format 2, and this version of Penstock reads format 1 only/);
  t.throws(() => parseManifest('{', manifest.id), { instanceOf: UserError, message: /its manifest is not JSON/ });
  t.throws(() => parseManifest('null', manifest.id), { instanceOf: UserError });
});

test('a file path either stays below its directory or is refused', (t) => {
  const parts = fc.oneof(fc.constantFrom('..', '.', '', 'a', '...', 'C:', '\\', '\0', '~'), fc.string());
  const root = resolve('/cache/service/hex');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(parts).map((all) => all.join('/')),
        fc.string(),
      ),
      (candidate) => {
        if (unsafe(candidate) !== undefined) return true;
        const target = resolve(root, candidate);
        return target.startsWith(root + sep) && target === `${root}/${candidate}`;
      },
    ),
    { numRuns: 1_000 },
  );
  for (const wrong of ['', '/etc/passwd', '../x', 'a/../../x', 'a//b', 'a/', './a', 'a\\..\\b', 'a\0b', 'a\nb']) {
    t.truthy(unsafe(wrong), JSON.stringify(wrong));
  }
  for (const right of ['plumber.R', 'a/b c/d.json', '...', 'Modèle.rds']) t.is(unsafe(right), undefined, right);
});

test('a manifest whose paths leave the directory, or clash, is refused even when its id fits', (t) => {
  const of = (...paths: string[]) =>
    manifestOf(
      's',
      paths.map((each) => ({ path: each, size: 0, sha256: 'a'.repeat(64) })),
      date,
    );
  const read = (manifest: Manifest) => parseManifest(JSON.stringify(manifest), manifest.id);
  t.throws(() => read(of('plumber.R', '../evil')), { instanceOf: UserError, message: /"..\/evil", which has . or ../ });
  t.throws(() => read(of('/etc/passwd')), { instanceOf: UserError, message: /which is absolute/ });
  t.throws(() => read(of('a', 'a/b')), { instanceOf: UserError, message: /"a\/b" twice, or as a directory too/ });
  t.throws(() => read(of('a', 'a')), { instanceOf: UserError, message: /"a" twice/ });
});

test('what is no release id is refused', (t) => {
  t.deepEqual(parseReleaseId('boston-housing@0123456789ab'), { service: 'boston-housing', hex: '0123456789ab' });
  for (const wrong of ['boston-housing', 'a@b', 'A@0123456789ab', '../x@0123456789ab', 'a@0123456789abc', '']) {
    t.throws(() => parseReleaseId(wrong), { instanceOf: UserError, message: /is not a release/ });
  }
});
