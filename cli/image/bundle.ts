import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** Where `npm run build` and `penstock image` put the server. */
export const serverBuild = join(root, 'dist/server');

/** The libraries are CommonJS in part, and ask for built-in modules by `require`, which an ES module lacks. */
const banner = `import { createRequire as penstockCreateRequire } from 'node:module';
const require = penstockCreateRequire(import.meta.url);`;

/**
 * Builds what the image copies into `directory`: the server as ES modules without dependencies (in parts, since the Azure
 * SDKs are only loaded for a store in the cloud), and the R files. The server looks for those at `../../R`, from `bin/` as
 * from its sources.
 *
 * @returns the directories of the npm packages that are in it, sorted
 */
export async function buildServer(directory: string = serverBuild): Promise<string[]> {
  await rm(directory, { recursive: true, force: true });
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { penstock: 'cli/image/program.ts' },
    // Always the same, since the names of the parts come from it too.
    outdir: join(serverBuild, 'app/bin'),
    write: false,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    keepNames: true,
    legalComments: 'linked',
    metafile: true,
    banner: { js: banner },
    logLevel: 'warning',
  });
  await mkdir(join(directory, 'app/bin'), { recursive: true });
  for (const { path, contents } of outputFiles) await writeFile(join(directory, relative(serverBuild, path)), contents);
  await writeFile(join(directory, 'app/package.json'), `${JSON.stringify({ type: 'module', private: true })}\n`);
  await copySources(join(root, 'plumber-app/R'), join(directory, 'R'));
  return bundledPackages(metafile);
}

/** Copies a directory of ours, but for what is written for people. */
export async function copySources(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (path) => !path.endsWith('.md') });
}

/** The packages of the modules that reached the output. */
function bundledPackages({ outputs }: Metafile): string[] {
  const used = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]),
  );
  return [...new Set(used.filter((path) => path !== undefined))].sort().map((path) => resolve(root, path));
}
