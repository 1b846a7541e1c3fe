import test from 'ava';
import fc from 'fast-check';
import { diffReleases, lineDiff } from '../../releases/diff.ts';
import { publish } from '../../releases/publish.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import { directoryOf, newStore } from '../support/releases.ts';

let azurite: Azurite;
test.before(async () => void (azurite = await startAzurite()));
test.after.always(() => azurite?.stop());

test('two releases differ in the files whose SHA-256 differs; code and service.yaml are shown line by line', async (t) => {
  const store = newStore(azurite);
  const common = { 'service.yaml': 'name: a\n', 'helper.R': '1\n' };
  const before = await directoryOf(t, {
    ...common,
    'plumber.R': '#* @get /\n\nf <- 1\n',
    'model.rds': 'old',
    'old.csv': 'x',
  });
  const after = await directoryOf(t, {
    ...common,
    'plumber.R': '#* @get /\n\nf <- 2\n',
    'model.rds': 'newer',
    'new.csv': 'y',
  });
  const [a, b] = [(await publish(store, before)).manifest.id, (await publish(store, after)).manifest.id];
  const { files, same } = await diffReleases(store, a, b);
  t.is(same, 2);
  t.deepEqual(
    files.map(({ path, before, after, lines }) => [path, before?.size, after?.size, lines]),
    [
      ['model.rds', 3, 5, undefined],
      ['new.csv', undefined, 1, undefined],
      ['old.csv', 1, undefined, undefined],
      ['plumber.R', 18, 18, ['@@ -1,3 +1,3 @@', ' #* @get /', ' ', '-f <- 1', '+f <- 2']],
    ],
  );
  t.deepEqual((await diffReleases(store, a, a)).files, []);
  await t.throwsAsync(diffReleases(store, a, 'a@000000000000'), { message: /there is no release a@000000000000/ });
});

test('changes far from each other are shown apart, with three lines around', (t) => {
  const lines = Array.from({ length: 20 }, (_, i) => `${i + 1}`);
  const changed = lines.with(1, 'two').with(15, 'sixteen');
  t.deepEqual(lineDiff(lines.join('\n'), changed.join('\n')), [
    ...['@@ -1,5 +1,5 @@', ' 1', '-2', '+two', ' 3', ' 4', ' 5'],
    ...['@@ -13,7 +13,7 @@', ' 13', ' 14', ' 15', '-16', '+sixteen', ' 17', ' 18', ' 19'],
  ]);
  t.deepEqual(lineDiff('', 'a\n'), ['@@ -0,0 +1,1 @@', '+a']);
});

test('a diff, applied to the first text, gives the second', (t) => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      t.deepEqual(patched(before, lineDiff(`${before.join('\n')}\n`, `${after.join('\n')}\n`)), after);
    }),
  );
});

function patched(lines: readonly string[], diff: readonly string[]): string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of diff) {
    const [, start, length] = /^@@ -(\d+),(\d+) /.exec(line) ?? [];
    if (start !== undefined) {
      const first = Number(start) - (Number(length) > 0 ? 1 : 0);
      result.push(...lines.slice(at, first));
      at = first;
    } else if (line.startsWith('+')) result.push(line.slice(1));
    else {
      if (lines[at] !== line.slice(1)) throw new Error(`${line} is not line ${at + 1}`);
      if (line.startsWith(' ')) result.push(line.slice(1));
      at += 1;
    }
  }
  return [...result, ...lines.slice(at)];
}
