import { join } from 'node:path';

/** They would end last, alone on one core, if they began late. */
const longest = ['zoo/zoo', 'cli/up', 'plumber-app/server/proof', 'cli/call', 'plumber-app/server/follow'];
const isLong = (file) => longest.some((name) => file.endsWith(`test/${name}.test.ts`));

export default {
  files: ['test/**/*.test.ts'],
  extensions: { ts: 'module' },
  sortTestFiles: (a, b) => Number(isLong(b)) - Number(isLong(a)) || (a < b ? -1 : 1),
  timeout: '3m',
  workerThreads: false,
  require: ['./test/support/no-source-maps.ts'],
  environmentVariables: {
    // Every test file is a process of its own, and many start others: what one has compiled the next need not.
    NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node'),
    // R keeps nothing of what it compiles, and the R of a test seldom lives long enough to be the faster for it.
    R_ENABLE_JIT: '0',
    // What R needs for plumber is more than the heap it begins with: the room that loading leaves it with, from the start,
    // spares it the collections on the way there.
    R_NSIZE: '1000000',
    R_VSIZE: '32M',
  },
};
