import { Command } from 'commander';
import { join } from 'node:path';
import { describeEnvironment, root, runNode } from '../cloud/environment.ts';
import { environmentOption } from '../cloud/option.ts';
import { asMarkdown, planStacks, terraform } from '../cloud/plan.ts';
import { createOutput } from '../output.ts';

/** `penstock plan`: what a deployment would change, stack by stack, as far as that can be known. */
export function planCommand(): Command {
  return new Command('plan')
    .description('Plan every stack; what waits for another that is not deployed yet says so. Prints Markdown.')
    .addOption(environmentOption())
    .option('--json', 'print JSON', false)
    .action(async ({ env, json }: { env: string; json: boolean }) => {
      const output = createOutput(json, process.stdout);
      const { stacks } = await describeEnvironment(env);
      process.env['PENSTOCK_ENV'] = env;
      const { errors } = await runNode('main.ts', []);
      process.stderr.write(errors);
      const plans = await planStacks(stacks, join(root, 'cdktf.out', 'stacks'), terraform);
      output.result(plans, (all) => output.line(asMarkdown(all)));
      if (plans.some(({ state }) => state === 'failed')) process.exitCode = 1;
    });
}
