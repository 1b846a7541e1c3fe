import { Command } from 'commander';
import { describeEnvironment, root } from '../cloud/environment.ts';
import { deployFunctions, zipOf } from '../cloud/functions.ts';
import { environmentOption } from '../cloud/option.ts';
import { signedIn } from '../cloud/sign-in.ts';
import { createOutput } from '../output.ts';
import { join } from 'node:path';

/** `penstock functions deploy`: the package that `npm run build` makes, to the function app. */
export function functionsCommand(): Command {
  const functions = new Command('functions').description('Deploy the function app’s code.');
  functions.addCommand(
    new Command('deploy')
      .description('Publish dist/functions with an Entra token, and wait until its functions are registered.')
      .addOption(environmentOption())
      .option('--dir <dir>', 'the package', join(root, 'dist', 'functions'))
      .option('--json', 'print JSON', false)
      .action(async ({ env, dir, json }: { env: string; dir: string; json: boolean }) => {
        const output = createOutput(json, process.stdout);
        const zip = await zipOf(dir);
        const description = await describeEnvironment(env);
        output.line(`publishing ${dir}, ${Math.ceil(zip.length / 1024)} kB, to ${description.names.functions}`);
        const registered = await deployFunctions(signedIn(description.tenant), description, zip);
        output.result({ functions: registered }, () => output.line(`registered: ${registered.join(', ')}`));
      })
      .exitOverride()
      .showHelpAfterError('(add --help for what there is)'),
  );
  return functions;
}
