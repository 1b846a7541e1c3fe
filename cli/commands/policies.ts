import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { renderPolicies } from '../../policies/render.ts';
import { loadService } from '../../service/load.ts';
import { products } from '../../service/products.ts';
import { createOutput } from '../output.ts';
import { trainedExample } from '../stack/example.ts';
import { writeFolder } from '../write-folder.ts';

interface Options {
  readonly out: string;
  readonly service?: string[];
  readonly json: boolean;
}

/** `penstock policies --out DIR`: every policy document of the services, as the XML that is deployed. */
export function policiesCommand(): Command {
  return new Command('policies')
    .description('Write every API Management policy as XML.')
    .requiredOption('--out <dir>', 'where to write; what an earlier run wrote there is replaced')
    .option('--service <dir...>', 'the services whose APIs to write (default: the sample service)')
    .option('--json', 'print JSON', false)
    .action(async (options: Options) => {
      const output = createOutput(options.json, process.stdout);
      const directories = options.service ?? [
        await trainedExample(join(import.meta.dirname, '../../.penstock/models')),
      ];
      const services = await Promise.all(directories.map((directory) => loadService(directory)));
      const documents = renderPolicies({ services, products: products() });
      const directory = resolve(options.out);
      await writeFolder(directory, new Map(documents.map(({ file, xml }) => [file, xml])));
      const written = documents.map(({ scope, name, file }) => ({
        scope,
        name: name ?? null,
        file: join(directory, file),
      }));
      output.result(written, (all) => {
        for (const { scope, name, file } of all) output.line(`${scope.padEnd(8)} ${(name ?? '').padEnd(20)} ${file}`);
      });
    });
}
