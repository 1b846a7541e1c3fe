import { Command } from 'commander';
import { checkRowSchemas } from '../../plumber-app/server/rows/schema.ts';
import { sizeOf } from '../../releases/manifest.ts';
import { publish } from '../../releases/publish.ts';
import { loadService } from '../../service/load.ts';
import { createOutput } from '../output.ts';
import { progressBar, sizeText } from '../progress.ts';
import { leftOutText } from '../left-out.ts';
import { storeFrom, storeOption } from '../store-option.ts';

interface Options {
  readonly store?: string;
  readonly json: boolean;
}

/** `penstock release DIR`: publishes a directory and prints the release's id. */
export function releaseCommand(): Command {
  const command = new Command('release');
  return command
    .description('Publish a directory with a plumber.R as an immutable release. The same files are the same release.')
    .argument('<dir>', 'the directory')
    .addOption(storeOption())
    .option('--json', 'print JSON', false)
    .action(async (directory: string, options: Options) => {
      const output = createOutput(options.json, process.stdout);
      // What no server would load is not published.
      await checkRowSchemas(directory, await loadService(directory));
      const { onProgress, done } = progressBar('publishing', options.json);
      const store = storeFrom(options);
      const { manifest, alreadyPublished, leftOut } = await publish(store, directory, { onProgress }).finally(done);
      const result = {
        release: manifest.id,
        service: manifest.service,
        files: manifest.files.length,
        bytes: sizeOf(manifest),
        alreadyPublished,
        leftOut,
      };
      output.result(result, ({ release, files, bytes }) => {
        output.line(
          `${release}  ${alreadyPublished ? 'already published' : 'published'}: ${files} files, ${sizeText(bytes)}`,
        );
        if (leftOut.length > 0) output.line(`left out:  ${leftOutText(leftOut)}`);
        // Without the option the environment names the store, for the next command too.
        const at = command.getOptionValueSource('store') === 'cli' ? ` --store ${store.url}` : '';
        output.line(`make it live:  npx penstock promote ${release}${at}`);
      });
    });
}
