import { execFile } from 'node:child_process';
import { access, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The providers that the stacks name. */
const providers = ['azurerm', 'kubernetes', 'helm', 'time'] as const;

/** Terraform, and how it comes by its providers. */
export interface Terraform {
  /** Why a stack can't be run: it names a provider that is not to be had. */
  lacks(stack: Stack): string | undefined;
  /** Makes a stack's folder ready: gets providers, where they are not given. */
  prepare(directory: string): Promise<void>;
  /** Runs a command in a stack's folder. @returns what it printed, and its exit code */
  run(directory: string, args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Outcome>;
}

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/**
 * Terraform 1.11 or later with the providers: binaries in the folder that PENSTOCK_PROVIDERS names, else what
 * `terraform init` fetches.
 * @returns why not, where either is missing
 */
export async function findTerraform(workspace: string): Promise<Terraform | string> {
  const version = await run('terraform', ['version', '-json']).then(
    ({ stdout }) => (JSON.parse(stdout) as { terraform_version: string }).terraform_version,
    () => undefined,
  );
  if (version === undefined) return 'terraform is not installed';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 1 || (major === 1 && minor < 11)) return `terraform ${version} is older than 1.11`;

  const folder = process.env['PENSTOCK_PROVIDERS'];
  const config = join(workspace, 'terraform.rc');
  if (folder === undefined) {
    await writeFile(config, '');
    const unreachable = await tryInit(workspace, config);
    return unreachable ?? terraform(config, true);
  }
  const missing = new Map<string, string>();
  for (const name of providers) {
    await access(join(folder, `terraform-provider-${name}`)).catch(() =>
      missing.set(name, `${folder} has no terraform-provider-${name}`),
    );
  }
  // Without it there is no stack to run.
  const needed = missing.get('azurerm');
  if (needed !== undefined) return needed;
  const overrides = providers
    .filter((name) => !missing.has(name))
    .map((name) => `"hashicorp/${name}" = ${JSON.stringify(folder)}`)
    .join('\n');
  await writeFile(config, `provider_installation {\n dev_overrides {\n${overrides}\n }\n direct {}\n}\n`);
  return terraform(config, false, missing);
}

async function tryInit(workspace: string, config: string): Promise<string | undefined> {
  const directory = join(workspace, 'providers');
  await mkdir(directory, { recursive: true });
  const required = { time: { source: 'hashicorp/time' } };
  await writeFile(join(directory, 'main.tf.json'), JSON.stringify({ terraform: { required_providers: required } }));
  const { code } = await terraform(config, false).run(directory, ['init', '-backend=false', '-input=false']);
  return code === 0 ? undefined : 'the provider registry is out of reach, and PENSTOCK_PROVIDERS names no folder';
}

function terraform(config: string, fetches: boolean, missing: ReadonlyMap<string, string> = new Map()): Terraform {
  const own = { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: config, TF_IN_AUTOMATION: '1' };
  const execute: Terraform['run'] = async (cwd, args, environment = {}) => {
    const options = { cwd, env: { ...own, ...environment }, maxBuffer: 2 ** 28 };
    return run('terraform', [...args, '-no-color'], options).then(
      ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
      (error: { code?: number; stdout?: string; stderr?: string }) => ({
        code: typeof error.code === 'number' ? error.code : 1,
        output: `${error.stdout ?? ''}${error.stderr ?? ''}`,
      }),
    );
  };
  return {
    run: execute,
    lacks: ({ provider }) =>
      Object.keys(provider)
        .map((name) => missing.get(name))
        .find((reason) => reason !== undefined),
    prepare: async (directory) => {
      if (!fetches) return;
      const { code, output } = await execute(directory, ['init', '-backend=false', '-input=false']);
      if (code !== 0) throw new Error(output);
    },
  };
}

/** Copies a synthesised stack for a rehearsal: its state is local, and nobody waits for roles longer than needed. */
export async function copyStack(
  from: string,
  to: string,
  change: (stack: Stack) => void = () => undefined,
): Promise<Stack> {
  await cp(from, to, { recursive: true });
  const file = join(to, 'cdk.tf.json');
  const stack = JSON.parse(await readFile(file, 'utf8')) as Stack;
  delete stack.terraform['backend'];
  for (const sleep of Object.values(stack.resource?.['time_sleep'] ?? {})) sleep['create_duration'] = '1s';
  change(stack);
  await writeFile(file, JSON.stringify(stack));
  return stack;
}

export interface Stack {
  readonly terraform: Record<string, unknown>;
  readonly provider: Record<string, Record<string, unknown>[]>;
  readonly resource?: Record<string, Record<string, Record<string, unknown>>>;
}
