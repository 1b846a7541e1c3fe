import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** They would end last, alone on one core, if they began late. */
const longest = ['zoo/zoo', 'cli/up', 'plumber-app/server/proof', 'cli/call', 'plumber-app/server/follow'];
const isLong = (file) => longest.some((name) => file.endsWith(`test/${name}.test.ts`));

/** Every test file is a process of its own, and many start others: what one has compiled the next need not. */
const compiled = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node') };
if (!existsSync(compiled.NODE_COMPILE_CACHE)) {
  // What does not compile is for the tests to say.
  spawnSync(process.execPath, [join(import.meta.dirname, 'test/compile.ts')], {
    env: { ...process.env, ...compiled },
  });
}

export default {
  files: ['test/**/*.test.ts'],
  extensions: { ts: 'module' },
  sortTestFiles: (a, b) => Number(isLong(b)) - Number(isLong(a)) || (a < b ? -1 : 1),
  timeout: '3m',
  workerThreads: false,
  require: ['./test/support/no-source-maps.ts'],
  environmentVariables: {
    ...compiled,
    // R keeps nothing of what it compiles, and the R of a test seldom lives long enough to be the faster for it.
    R_ENABLE_JIT: '0',
    // What R needs for plumber is more than the heap it begins with: the room that loading leaves it with, from the start,
    // spares it the collections on the way there.
    R_NSIZE: '1000000',
    R_VSIZE: '32M',
  },
};
