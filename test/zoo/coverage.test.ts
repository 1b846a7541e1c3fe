import test from 'ava';
import { execFile } from 'node:child_process';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Left out, and why: the R package that it needs and that Debian doesn't have. */
const leftOut: Readonly<Record<string, string>> = {
  feather: 'arrow',
  parquet: 'arrow',
  geojson: 'geojsonsf',
  htmlwidget: 'htmlwidgets',
  all: 'arrow and geojsonsf',
};

async function registered(kind: 'parsers' | 'serializers'): Promise<string[]> {
  const { stdout } = await promisify(execFile)('Rscript', ['-e', `cat(plumber::registered_${kind}(), sep = "\\n")`]);
  return stdout.trim().split('\n');
}

async function sources(): Promise<string> {
  let text = '';
  for await (const file of glob(join(import.meta.dirname, 'apis/*/*.R'))) text += await readFile(file, 'utf8');
  return text;
}

for (const kind of ['parsers', 'serializers'] as const) {
  test(`the zoo uses all of Plumber's ${kind}, or says which it leaves out and why`, async (t) => {
    const text = await sources();
    const unused = (await registered(kind)).filter(
      (name) => !new RegExp(`@${kind.slice(0, -1)} ${name}\\b`).test(text),
    );
    for (const name of unused) t.log(`${name} is left out: it needs the R package ${leftOut[name]}`);
    t.deepEqual(
      unused.filter((name) => leftOut[name] === undefined),
      [],
    );
  });
}
