import { execFile, execFileSync } from 'node:child_process';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { publish } from '../../../releases/publish.ts';
import { loadService } from '../../../service/load.ts';
import { startAzurite } from '../../support/azurite.ts';
import { startBarePlumber, type BarePlumber } from '../../support/bare-plumber.ts';
import { exampleRelease, exampleSources } from '../../support/example.ts';
import { directoryOf, newStore } from '../../support/releases.ts';

let directory: string;
let api: BarePlumber;
test.before(async () => {
  directory = await exampleRelease();
  api = await startBarePlumber(directory);
});
test.after.always(() => api?.stop());

const score = async (body: string): Promise<string> => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${api.port}/score`, { method: 'POST', headers, body });
  return `${answer.status} ${await answer.text()}`;
};

test('training writes a whole service and nothing else', async (t) => {
  t.deepEqual((await readdir(directory, { recursive: true })).sort(), [
    'convert.R',
    'model.rds',
    'plumber.R',
    'probes',
    'probes/first-ten.expected.json',
    'probes/first-ten.json',
    'schema.json',
    'service.yaml',
  ]);
  const service = await loadService(directory);
  t.is(service.name, 'boston-housing');
  t.like(service.routes[0], { method: 'POST', path: '/score', rows: 'df', schema: 'schema.json' });
  t.like(service.probes[0], { name: 'first-ten', method: 'POST', path: '/score', tolerance: 1e-6, maxLatency: 500 });
});

test('training twice gives the same release, wherever its sources are, and leaves what else is there alone', async (t) => {
  const again = await directoryOf(t, { 'notes.txt': 'mine', 'plumber.R': 'old' });
  // R writes a space in a script's path in its own way.
  const sources = join(await directoryOf(t), 'my models');
  await cp(exampleSources, sources, { recursive: true });
  await promisify(execFile)('Rscript', [join(sources, 'train.R'), again]);
  t.is(await readFile(join(again, 'notes.txt'), 'utf8'), 'mine');
  await rm(join(again, 'notes.txt'));

  const azurite = await startAzurite();
  t.teardown(() => azurite.stop());
  const store = newStore(azurite);
  const first = await publish(store, directory);
  const second = await publish(store, again);
  t.is(second.manifest.id, first.manifest.id);
  t.true(second.alreadyPublished);
});

test("the probe's expected answer is, byte for byte, what plumber answers", async (t) => {
  const [body, expected] = await Promise.all(
    ['first-ten.json', 'first-ten.expected.json'].map((file) => readFile(join(directory, 'probes', file), 'utf8')),
  );
  t.is((JSON.parse(expected ?? '') as unknown[]).length, 10);
  t.is(await score(body ?? ''), `200 ${expected}`);
});

test("all 506 rows of the data set score as R's own predict, digit for digit", async (t) => {
  const script = `
    library(randomForest)
    rows <- MASS::Boston[names(MASS::Boston) != "medv"]
    cat(jsonlite::toJSON(list(df = rows), digits = NA, rownames = FALSE), "\\n", sep = "")
    cat(jsonlite::toJSON(unname(predict(readRDS("model.rds"), rows))))`;
  const output = execFileSync('Rscript', ['-e', script], { cwd: directory, encoding: 'utf8' });
  const [body = '', expected = ''] = output.split('\n');
  t.is((JSON.parse(expected) as number[]).length, 506);
  t.is(await score(body), `200 ${expected}`);
  const probe = JSON.parse(await readFile(join(directory, 'probes/first-ten.json'), 'utf8')) as { df: unknown[] };
  t.deepEqual(
    probe.df,
    (JSON.parse(body) as typeof probe).df.slice(0, 10),
    'the probe holds the first ten as they are',
  );
});

test('an output that cannot be written ends with a message and writes nothing', async (t) => {
  const file = join(await directoryOf(t, { file: '' }), 'file', 'release');
  const failed = await t.throwsAsync(promisify(execFile)('Rscript', [join(exampleSources, 'train.R'), file]));
  t.regex((failed as unknown as { stderr: string }).stderr, /cannot write to/);
});

test('the release runs wherever it is copied to', async (t) => {
  const copy = join(await directoryOf(t), 'a copy');
  await cp(directory, copy, { recursive: true });
  const probe = `cat(suppressMessages(plumber::plumb("plumber.R"))$endpoints[[1]][[1]]$path)`;
  t.is(execFileSync('Rscript', ['-e', probe], { cwd: copy, encoding: 'utf8' }), '/score');
});
