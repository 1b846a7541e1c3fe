import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Bytes } from '../service/units.ts';

const source = import.meta.dirname;

/** The libraries are CommonJS in part, and ask for built-in modules by `require`, which an ES module lacks. */
const banner = `import { createRequire as penstockCreateRequire } from 'node:module';
const require = penstockCreateRequire(import.meta.url);`;

/**
 * Builds the app into `directory`, as Azure Functions takes it: host.json, package.json, and all code in one ES module without
 * dependencies. `@azure/functions-core` is left out: Azure's worker provides it.
 *
 * @returns the size of the module
 */
export async function buildFunctions(directory: string): Promise<Bytes> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const outfile = join(directory, 'app.js');
  await build({
    entryPoints: [join(source, 'app.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    minify: true,
    keepNames: true,
    legalComments: 'linked',
    external: ['@azure/functions-core'],
    banner: { js: banner },
    logLevel: 'warning',
  });
  const description = {
    name: 'penstock-functions',
    private: true,
    type: 'module',
    main: 'app.js',
    engines: { node: '>=22' },
  };
  await writeFile(join(directory, 'package.json'), `${JSON.stringify(description, undefined, 2)}\n`);
  await copyFile(join(source, 'host.json'), join(directory, 'host.json'));
  return (await stat(outfile)).size;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = join(source, '..', 'dist', 'functions');
  const size = await buildFunctions(directory);
  process.stdout.write(`dist/functions: app.js, ${(size / 1024 / 1024).toFixed(2)} MB\n`);
}
