import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackNames } from '../naming.ts';
import { copyStack, findTerraform } from './terraform.ts';
import { variations } from './variations.ts';

const root = join(import.meta.dirname, '..', '..');
const workspace = await mkdtemp(join(tmpdir(), 'penstock-validate-'));
try {
  process.exitCode = await validate();
} finally {
  await rm(workspace, { recursive: true, force: true });
}

/** `terraform validate` on every stack of both environments and all variations. Skipped with one line where that can't be done. */
async function validate(): Promise<number> {
  const terraform = await findTerraform(workspace);
  if (typeof terraform === 'string') {
    process.stdout.write(`validate: skipped, ${terraform}\n`);
    return 0;
  }
  // After the check: the providers' modules take a second.
  const { synthesise } = await import('./synthesised.ts');
  let failed = 0;
  for (const name of ['dev', 'prod', ...Object.keys(variations)]) {
    const { stacks } = await synthesise(name, root, workspace);
    for (const stack of stackNames) {
      const directory = join(workspace, 'copies', name, stack);
      const lacking = terraform.lacks(await copyStack(join(stacks, stack), directory));
      if (lacking !== undefined) {
        process.stdout.write(`${name} ${stack}: skipped, ${lacking}\n`);
        continue;
      }
      await terraform.prepare(directory);
      const { code, output } = await terraform.run(directory, ['validate']);
      process.stdout.write(`${name} ${stack}: ${code === 0 ? 'valid' : output}\n`);
      if (code !== 0) failed += 1;
    }
  }
  return failed === 0 ? 0 : 1;
}
