import { execFile } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem, type as systemType } from 'node:os';
import { promisify } from 'node:util';

/** What the figures depend on. Nothing that names a machine or a person. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGB: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Asks each program for its version; those that are absent are left out. */
export async function machine(): Promise<Machine> {
  const packages = ['plumber', 'httpuv', 'jsonlite', 'randomForest'];
  const versions: Record<string, string> = { node: process.versions.node };
  const r = await output('Rscript', [
    '-e',
    `cat(as.character(getRversion()), sapply(c(${packages.map((name) => `"${name}"`).join(', ')}), function(p) as.character(packageVersion(p))))`,
  ]);
  r.split(' ').forEach((version, index) => (versions[['R', ...packages][index] ?? ''] = version));
  const tools = { wrk: ['-v'], haproxy: ['-v'] };
  for (const [tool, parameters] of Object.entries(tools)) {
    const version = /\d+\.\d+[^\s]*/.exec(await output(tool, parameters))?.[0];
    if (version !== undefined) versions[tool] = version;
  }
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${systemType()} ${release().split('-')[0]}`,
    versions,
  };
}

/** What the program printed, even when it calls the question an error, as wrk does. */
async function output(program: string, parameters: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, parameters);
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return stdout + stderr;
  }
}
