import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { aptOptions, canInstall, install, sourcesFor } from './debian.ts';
import { run, succeeds } from './process.ts';

const release = 'trixie';
const name = `penstock-test/base:${release}`;

/**
 * A base image made on this machine, in the likeness of `node:24-trixie-slim`: Debian from the machine's own package
 * sources, Node from the npm package `node`, npm beside it. Undefined where it can't be made: the Dockerfile's own is used.
 */
export async function baseImage(
  env: NodeJS.ProcessEnv,
  directory: string,
  say: (line: string) => void,
): Promise<string | undefined> {
  if (!canInstall) return undefined;
  if (await succeeds('docker', ['image', 'inspect', name], env)) return name;
  if (!existsSync('/usr/bin/mmdebstrap')) await install('mmdebstrap');
  say(`making a base image of Debian ${release}`);
  const archive = join(directory, 'base.tar');
  const options = (await aptOptions()).map((option) => `--aptopt=${option}`);
  // Slim images leave documentation out as well.
  const slim = ['doc', 'man', 'info', 'locale'].map((kind) => `--dpkgopt=path-exclude=/usr/share/${kind}/*`);
  const sources = await sourcesFor(release);
  await run('mmdebstrap', ['--variant=minbase', ...options, ...slim, release, archive, '-'], {
    input: `${sources.join('\n')}\n`,
    secret: true,
  });
  await run('docker', ['import', archive, 'penstock-test/debian'], { env });
  await rm(archive);

  const context = join(directory, 'base');
  await mkdir(context);
  await copyFile(
    join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin/node'),
    join(context, 'node'),
  );
  await cp(npmDirectory(), join(context, 'npm'), { recursive: true });
  const dockerfile = [
    'FROM penstock-test/debian',
    'COPY node /usr/local/bin/node',
    'COPY npm /usr/local/lib/node_modules/npm',
    'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && npm --version',
  ];
  await writeFile(join(context, 'Dockerfile'), `${dockerfile.join('\n')}\n`);
  await run('docker', ['build', '--tag', name, context], { env });
  return name;
}

/** Of the npm that belongs to the machine's Node. */
function npmDirectory(): string {
  const { stdout } = spawnSync('npm', ['root', '--global'], { encoding: 'utf8' });
  return join(stdout.trim(), 'npm');
}
