import { Command } from 'commander';
import { bootstrap } from '../cloud/bootstrap.ts';
import { describeEnvironment } from '../cloud/environment.ts';
import { environmentOption } from '../cloud/option.ts';
import { signedIn } from '../cloud/sign-in.ts';
import { createOutput } from '../output.ts';

/** `penstock bootstrap`: what must be there before the first `cdktf deploy`. */
export function bootstrapCommand(): Command {
  return new Command('bootstrap')
    .description('Make a subscription ready for the first deployment; do it again whenever you like.')
    .addOption(environmentOption())
    .action(async ({ env }: { env: string }) => {
      const output = createOutput(false, process.stdout);
      const description = await describeEnvironment(env);
      await bootstrap(signedIn(description.tenant), description, output);
      await describeEnvironment(env, { record: true });
      output.line('config/recorded.yaml  written; commit it');
    });
}
