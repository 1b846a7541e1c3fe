import { join } from 'node:path';

/** They would end last, alone on one core, if they began late. */
const longest = ['cli/up', 'plumber-app/server/proof', 'cli/call', 'plumber-app/server/follow'];
const rank = (file) => longest.findIndex((name) => file.endsWith(`test/${name}.test.ts`)) >>> 0;

/** `npm test`: all but the zoo, which takes as long as a third of these; `npm run test:zoo` runs it. */
export default {
  files: ['test/**/*.test.ts', '!test/zoo/**'],
  extensions: { ts: 'module' },
  sortTestFiles: (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  timeout: '3m',
  workerThreads: false,
  // Every test file is a process of its own, and many start others: what one has compiled the next need not.
  environmentVariables: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node') },
};
