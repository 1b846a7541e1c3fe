import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';

const setup = join(import.meta.dirname, '../../setup');
const lock = JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } });

const debian = existsSync('/usr/bin/apt-get') ? test : test.skip;

interface Machine {
  /** What `Rscript` prints when it is asked; undefined: there is none. */
  readonly r: string | undefined;
  readonly uid?: number;
  readonly node?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs the set-up in a clone whose npm packages are installed, on a machine that it sees as described. */
async function run(t: ExecutionContext, { r, uid = 1000, node = process.versions.node, env = {} }: Machine) {
  const clone = await mkdtemp(join(tmpdir(), 'penstock-setup-'));
  t.teardown(() => rm(clone, { recursive: true }));
  const programs = join(clone, 'programs');
  await cp(setup, join(clone, 'setup'), { recursive: true });
  await writeFile(join(clone, 'package-lock.json'), lock);
  await mkdir(join(clone, 'node_modules/.bin'), { recursive: true });
  await writeFile(join(clone, 'node_modules/.package-lock.json'), lock);
  await mkdir(programs);
  for (const name of ['apt-get', 'npm']) await symlink('/bin/false', join(programs, name));
  if (r !== undefined) {
    await writeFile(join(programs, 'Rscript'), `#!/bin/sh\nprintf '${r}'\n`);
    await chmod(join(programs, 'Rscript'), 0o755);
  }
  const machine = `Object.defineProperty(process, 'versions', { value: { node: '${node}' } }); process.getuid = () => ${uid};`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(machine)}`, join(clone, 'setup/setup.mjs')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { PATH: programs, ...env },
  });
  return { status, output: stdout + stderr, command: join(clone, 'node_modules/.bin/penstock') };
}

debian('who may not install gets the one command to type', async (t) => {
  const install = "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends";
  const none = await run(t, { r: undefined });
  t.is(none.status, 1);
  t.regex(
    none.output,
    /^setup: R is missing \(there is no working Rscript on the PATH\)\. Install it with this command/,
  );
  t.true(none.output.includes(`${install} r-base-core r-cran-plumber r-cran-randomforest r-cran-mass'\n`));

  const some = await run(t, { r: 'TRUE \\nplumber MASS' });
  t.regex(some.output, /^setup: R lacks the packages plumber, MASS\./);
  t.true(some.output.includes(`${install} r-cran-plumber r-cran-mass'\n`));

  const old = await run(t, { r: 'FALSE \\n' });
  t.regex(old.output, /^setup: R is older than 4\.2\.0\./);
});

debian('root and CI install; when that fails, what was said is shown', async (t) => {
  for (const machine of [{ uid: 0 }, { env: { CI: 'true' } }]) {
    const { status, output } = await run(t, { r: undefined, ...machine });
    t.is(status, 1);
    t.regex(output, /installing r-base-core, r-cran-plumber, .*\nsetup: `apt-get update -q` failed:/);
  }
});

test('where nothing is missing nothing is said, and the command is there', async (t) => {
  const { status, output, command } = await run(t, { r: 'TRUE \\n' });
  t.is(output, '');
  t.is(status, 0);
  t.is((await stat(command)).mode & 0o111, 0o111);
  t.regex(await readFile(command, 'utf8'), /^#!\/bin\/sh\n[^]*cli\/main\.ts/);
});

test('an old Node.js is told before anything else', async (t) => {
  const { status, output } = await run(t, { r: undefined, node: '18.19.0' });
  t.is(status, 1);
  t.regex(output, /^setup: Node\.js 20 or newer is needed; this is 18\.19\.0/);
});
