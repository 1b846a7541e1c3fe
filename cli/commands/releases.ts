import { Command } from 'commander';
import { listReleases } from '../../releases/list.ts';
import { createOutput } from '../output.ts';
import { sizeText } from '../progress.ts';
import { storeFrom, storeOption } from '../store-option.ts';

interface Options {
  readonly store?: string;
  readonly service?: string;
  readonly json: boolean;
}

/** `penstock releases`: what a store holds, newest first, and which channel points where. */
export function releasesCommand(): Command {
  return new Command('releases')
    .description('List the releases of a store, and the channels that point to them.')
    .addOption(storeOption())
    .option('--service <name>', 'the releases of this service only')
    .option('--json', 'print JSON', false)
    .action(async (options: Options) => {
      const output = createOutput(options.json, process.stdout);
      const { service } = options;
      const releases = await listReleases(storeFrom(options), service === undefined ? {} : { service });
      output.result(releases, () => {
        if (releases.length === 0) output.line('no releases yet: penstock release DIR publishes one');
        for (const { id, createdAt, files, size, channels, complete } of releases) {
          const notes = [...channels.map((name) => `<- ${name}`), ...(complete ? [] : ['incomplete'])];
          const columns = [id, createdAt.slice(0, 19).replace('T', ' '), `${files} files`, sizeText(size), ...notes];
          output.line(columns.join('  '));
        }
      });
    });
}
