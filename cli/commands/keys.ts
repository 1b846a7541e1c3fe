import { Command, Option } from 'commander';
import type { Description } from '../../infra/describe.ts';
import type { Azure } from '../cloud/azure.ts';
import { describeEnvironment } from '../cloud/environment.ts';
import { renewCertificate, rotateFunctionsKey, rotateKey, showKeys } from '../cloud/keys.ts';
import { environmentOption } from '../cloud/option.ts';
import { signedIn } from '../cloud/sign-in.ts';
import { createOutput } from '../output.ts';

interface Options {
  readonly env: string;
  readonly key: 'primary' | 'secondary';
  readonly json: boolean;
}

/** `penstock keys show|rotate|renew`: subscription keys, and the gateway's client certificate. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('Show and rotate subscription keys; renew the gateway’s certificate.');
  keys.addCommand(
    common(new Command('show'))
      .description('Show both keys of a subscription.')
      .argument('<subscription>', 'its name in the configuration, or functions')
      .action(async (subscription: string, options: Options) => {
        const { azure, description } = await target(options);
        const shown = await showKeys(azure, description, subscription);
        const output = createOutput(options.json, process.stdout);
        output.result(shown, ({ primary, secondary }) => {
          output.line(`primary    ${primary}`);
          output.line(`secondary  ${secondary}`);
        });
      }),
  );
  keys.addCommand(
    common(new Command('rotate'))
      .description('Make one key anew; the other goes on working. For functions both, handed over by the Key Vault.')
      .argument('<subscription>', 'its name in the configuration, or functions')
      .addOption(new Option('--key <which>', 'which of the two').choices(['primary', 'secondary']).default('secondary'))
      .action(async (subscription: string, options: Options) => {
        const { azure, description } = await target(options);
        const output = createOutput(options.json, process.stdout);
        if (subscription === 'functions') {
          await rotateFunctionsKey(azure, description);
          output.result({ rotated: ['secondary', 'primary'] }, () => output.line('both keys of functions are new'));
          return;
        }
        const key = await rotateKey(azure, description, subscription, options.key);
        output.result({ [options.key]: key }, () => output.line(`${options.key}  ${key}`));
      }),
  );
  keys.addCommand(
    common(new Command('renew'))
      .description('Make a new version of the gateway’s client certificate, and say what to deploy in which order.')
      .action(async (options: Options) => {
        const { azure, description } = await target(options);
        const versions = await renewCertificate(azure, description);
        const output = createOutput(options.json, process.stdout);
        output.result(versions, ({ present, before }) => {
          output.line(`present: ${before}, trust: [${present}]  →  cdktf deploy workload: the pods trust both`);
          output.line(
            `present: ${present}, trust: [${before}]  →  cdktf deploy workload edge: the gateway shows the new one`,
          );
          output.line(`present: ${present}, trust: []  →  cdktf deploy workload: the old one is nobody’s`);
          output.line('(apiManagement.clientCertificate in the configuration, one after the other)');
        });
      }),
  );
  for (const command of keys.commands) command.exitOverride().showHelpAfterError('(add --help for what there is)');
  return keys;
}

function common(command: Command): Command {
  return command.addOption(environmentOption()).option('--json', 'print JSON', false);
}

async function target({ env }: Options): Promise<{ azure: Azure; description: Description }> {
  const description = await describeEnvironment(env);
  return { azure: signedIn(description.tenant), description };
}
