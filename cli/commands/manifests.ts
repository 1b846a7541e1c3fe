import { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../../service/errors.ts';
import { runNode } from '../cloud/environment.ts';
import { environmentOption } from '../cloud/option.ts';

interface Options {
  readonly env: string;
  readonly clientId: readonly string[];
  readonly certificates?: string;
  readonly out?: string;
}

/** `penstock manifests`: the same Kubernetes objects that the workload stack deploys, as YAML. */
export function manifestsCommand(): Command {
  return new Command('manifests')
    .description('Print the Kubernetes objects of an environment as YAML.')
    .addOption(environmentOption())
    .option('--client-id <service=id>', 'the client id of a service’s identity; may be repeated', collect, [])
    .option('--certificates <file>', 'the client certificates that the gateway may show, PEM')
    .option('--out <file>', 'write there instead of printing')
    .action(async ({ env, clientId, certificates, out }: Options) => {
      const clientIds = Object.fromEntries(clientId.map(pair));
      const given = { clientIds, ...(certificates !== undefined && { certificates: resolve(certificates) }) };
      const { output, errors } = await runNode('infra/kubernetes/print.ts', [env, JSON.stringify(given)]);
      process.stderr.write(errors);
      if (out === undefined) process.stdout.write(output);
      else await writeFile(out, output);
    });
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function pair(text: string): [string, string] {
  const [, service, id] = /^([^=]+)=([0-9a-f-]{36})$/i.exec(text) ?? [];
  if (service === undefined || id === undefined) {
    throw new UserError(`--client-id: expected SERVICE=CLIENT-ID, such as boston-housing=12345678-… (got ${text})`);
  }
  return [service, id];
}
