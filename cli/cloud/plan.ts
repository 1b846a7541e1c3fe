import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../service/errors.ts';

const run = promisify(execFile);

/** What Terraform says of one stack. */
export interface StackPlan {
  readonly stack: string;
  readonly state: 'unchanged' | 'changes' | 'not yet deployed' | 'failed';
  /** The plan, or why there is none. */
  readonly text: string;
}

/** Runs terraform in a folder and returns its exit code and all that it printed. */
export type Terraform = (directory: string, args: readonly string[]) => Promise<{ code: number; output: string }>;

export const terraform: Terraform = (cwd, args) =>
  run('terraform', [...args], { cwd, maxBuffer: 2 ** 28, env: { ...process.env, TF_IN_AUTOMATION: '1' } }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: NodeJS.ErrnoException & { stdout?: string; stderr?: string }) => {
      if (error.code === 'ENOENT') throw new UserError('terraform is not installed; 1.11 or later is expected');
      return { code: Number(error.code), output: `${error.stdout ?? ''}${error.stderr ?? ''}` };
    },
  );

/** What the backend says when there is no storage for the states yet. */
const noStates = /ResourceGroupNotFound|ResourceNotFound|ContainerNotFound|no such host/;

/**
 * Plans stack by stack, in order. A stack looks up what the ones before it have deployed, so one whose forerunner has no
 * resources yet can't be planned: it is said to be not yet deployed.
 *
 * @param stacks the folder with a folder for each stack
 */
export async function planStacks(names: readonly string[], stacks: string, tool: Terraform): Promise<StackPlan[]> {
  const plans: StackPlan[] = [];
  let waitsFor: string | undefined;
  for (const stack of names) {
    if (waitsFor !== undefined) {
      plans.push({ stack, state: 'not yet deployed', text: `${waitsFor} comes first` });
      continue;
    }
    const directory = join(stacks, stack);
    const failed = (output: string) => plans.push({ stack, state: 'failed', text: output });
    const made = await tool(directory, ['init', '-input=false', '-no-color']);
    if (made.code !== 0) {
      if (noStates.test(made.output)) plans.push({ stack, state: 'not yet deployed', text: 'bootstrap comes first' });
      else failed(made.output);
      waitsFor = stack;
      continue;
    }
    const { code, output } = await tool(directory, [
      'plan',
      '-input=false',
      '-no-color',
      '-lock=false',
      '-detailed-exitcode',
    ]);
    if (code === 0) plans.push({ stack, state: 'unchanged', text: '' });
    else if (code === 2) plans.push({ stack, state: 'changes', text: output });
    else failed(output);
    const listed = await tool(directory, ['state', 'list']);
    if (listed.code !== 0 || listed.output.trim() === '') waitsFor = stack;
  }
  return plans;
}

/** The end of a plan says most; seven stacks must fit into a comment of GitHub's, which takes 65,536 characters. */
const shownOfEach = 8_000;

/** For a comment on a pull request. */
export function asMarkdown(plans: readonly StackPlan[]): string {
  return plans
    .map(({ stack, state, text }) => {
      if (text === '') return `**${stack}**: ${state}\n`;
      const summary = /^Plan: .*$/m.exec(text)?.[0] ?? state;
      const shown = state === 'not yet deployed' ? `**${stack}**: ${state}: ${text}\n` : undefined;
      return (
        shown ??
        `<details><summary><b>${stack}</b>: ${summary}</summary>\n\n\`\`\`\n${text.slice(-shownOfEach).trim()}\n\`\`\`\n</details>\n`
      );
    })
    .join('\n');
}
