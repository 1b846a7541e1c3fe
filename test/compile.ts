import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// Imports what most tests and the programs that they start have in common, for Node.js to keep it compiled. The tests would
// do so too, but each process for itself until the first of them ends: the longest begin, and many at once.

const root = join(import.meta.dirname, '..');
const folders = ['cli/commands', 'cli/stack', 'test/support'];
/** Azurite's program starts as it is imported; these are its parts. */
const packages = ['blob/BlobServer', 'queue/QueueServer', 'table/TableServer', 'common/Environment'].map(
  (module) => `azurite/dist/src/${module}.js`,
);

for (const folder of folders) {
  for (const file of await readdir(join(root, folder))) {
    if (file.endsWith('.ts')) await import(pathToFileURL(join(root, folder, file)).href);
  }
}
for (const name of packages) await import(name);
process.exit();
