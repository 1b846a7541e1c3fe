import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Description } from '../../infra/describe.ts';
import { UserError } from '../../service/errors.ts';

export const root = join(import.meta.dirname, '..', '..');

/**
 * What `config/NAME.yaml` makes of an environment. The infrastructure's own code says it, in a process of its own.
 * @throws UserError with every mistake of the file
 */
export async function describeEnvironment(name: string, { record = false } = {}): Promise<Description> {
  const { output } = await runNode('infra/describe.ts', [name, ...(record ? ['--record'] : [])]);
  return JSON.parse(output) as Description;
}

/**
 * Runs one of our own files with this Node.
 * @throws UserError with what it printed when it ends with an error
 */
export async function runNode(file: string, args: readonly string[]): Promise<{ output: string; errors: string }> {
  const child = spawn(process.execPath, [join(root, file), ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const told = { output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() };
  if (code !== 0) throw new UserError(told.errors.trim() || `${file} ended with ${code}`);
  return told;
}
