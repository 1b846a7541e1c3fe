import test from 'ava';
import { differences } from './compare.ts';
import { replay } from './replay.ts';
import { barePlumber, penstock, withTargets } from './target.ts';
import { atMost } from './turns.ts';
import { missingPackages, ownApis, packagedApis } from './zoo.ts';

/** Sleepers first: what waits leaves the cores to the others. */
const sleepy = new Set(['13-promises']);
const apis = [...(await packagedApis()), ...(await ownApis())].sort(
  (a, b) => Number(sleepy.has(b.name)) - Number(sleepy.has(a.name)),
);
const missing = new Set(await missingPackages(apis.flatMap(({ needs }) => needs)));
const turn = atMost(3);

for (const { name, directory, requests, needs } of apis) {
  const absent = needs.filter((name) => missing.has(name));
  if (absent.length > 0) {
    test.skip(`${name}: not replayed, since it needs the R package ${absent.join(' and ')}`, () => undefined);
    continue;
  }
  test(`${name}: Penstock answers as bare Plumber does, with one worker and with three`, (t) =>
    turn(async () => {
      const starting = [barePlumber(directory), penstock(directory, 1), penstock(directory, 3)];
      await withTargets(starting, async (bare, ...targets) => {
        const [expected, ...actual] = await Promise.all([
          replay(bare, requests),
          ...targets.map((target) => replay(target, requests)),
        ]);
        const found = actual.flatMap((answers, index) =>
          differences(expected, answers).map((difference) => `${targets[index]?.name}: ${difference}`),
        );
        if (found.length === 0) t.pass();
        else t.fail(found.join('\n'));
      });
    }));
}
