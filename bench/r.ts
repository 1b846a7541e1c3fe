import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Measures } from './bench.ts';

/** Runs a script of `r/` to its end; @returns the JSON object that it prints. */
export async function rFigures(script: string, ...parameters: readonly string[]): Promise<Measures> {
  const { stdout } = await promisify(execFile)('Rscript', [join(import.meta.dirname, 'r', script), ...parameters]);
  return JSON.parse(stdout) as Measures;
}
