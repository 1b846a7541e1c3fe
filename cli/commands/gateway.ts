import { once } from 'node:events';
import { Command } from 'commander';
import { checkGateway, startGateway } from '../../gateway/start.ts';
import { commandLogger } from '../log.ts';
import { createOutput } from '../output.ts';
import { portNumber } from '../port.ts';

interface Options {
  readonly port?: number;
  readonly check: boolean;
  readonly json: boolean;
}

/** `penstock gateway FILE.yaml`: runs the local API Management gateway alone until Ctrl-C. */
export function gatewayCommand(): Command {
  return new Command('gateway')
    .description("Run the local API Management gateway on a YAML file's APIs, products, subscriptions and policies.")
    .argument('<file>', 'the YAML file; docs/gateway.md explains it')
    .option('--port <number>', "the port, instead of the file's; 0 takes a free one", portNumber)
    .option('--check', 'only load the file and its policies, and report what is wrong', false)
    .option('--json', 'print JSON', false)
    .action(async (file: string, options: Options) => {
      const output = createOutput(options.json, process.stdout);
      if (options.check) {
        const { configuration } = await checkGateway(file);
        output.result({ ok: true, apis: configuration.apis.map(({ id }) => id) }, () => output.line(`${file}: ok`));
        return;
      }
      // What policies trace is written for whoever tries them out, whatever its severity.
      const logger = commandLogger(options.json, process.stderr, 'debug');
      const gateway = await startGateway(file, { port: options.port, logger });
      const { url, port, apis } = gateway;
      output.result({ url, port, apis }, () => {
        output.line(`gateway ${url}`);
        for (const api of apis) output.line(`  ${api.name}  ${api.url}`);
      });
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
      await gateway.close();
    });
}
