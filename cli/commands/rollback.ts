import { Command } from 'commander';
import { rollback } from '../../releases/rollback.ts';
import { UserError } from '../../service/errors.ts';
import { createOutput } from '../output.ts';
import { storeFrom, storeOption } from '../store-option.ts';

interface Options {
  readonly store?: string;
  readonly channel?: string;
  readonly json: boolean;
}

/** `penstock rollback CHANNEL`: points a channel at the release before. */
export function rollbackCommand(): Command {
  return new Command('rollback')
    .description('Point a channel at the release that it pointed to before.')
    .argument('[channel]', "the channel; usually the service's name")
    .addOption(storeOption())
    .option('--channel <name>', 'the same, as an option')
    .option('--json', 'print JSON', false)
    .action(async (argument: string | undefined, options: Options) => {
      const name = argument ?? options.channel;
      if (name === undefined) throw new UserError('no channel: expected its name, `penstock rollback CHANNEL`');
      const output = createOutput(options.json, process.stdout);
      const { channel, before } = await rollback(storeFrom(options), name);
      output.result({ channel: channel.name, release: channel.release, before: before ?? null }, () => {
        output.line(`${channel.name} -> ${channel.release}  (was ${before})`);
      });
    });
}
