import { Command } from 'commander';
import { parseReleaseId } from '../../releases/id.ts';
import { promote } from '../../releases/promote.ts';
import { createOutput } from '../output.ts';
import { storeFrom, storeOption } from '../store-option.ts';

interface Options {
  readonly store?: string;
  readonly channel?: string;
  readonly json: boolean;
}

/** `penstock promote RELEASE`: points a channel at a release; every server that follows the channel takes it. */
export function promoteCommand(): Command {
  return new Command('promote')
    .description('Point a channel at a release. Servers that follow the channel swap to it.')
    .argument('<release>', 'the release, SERVICE@HEX')
    .addOption(storeOption())
    .option('--channel <name>', "the channel; the service's name unless told")
    .option('--json', 'print JSON', false)
    .action(async (release: string, options: Options) => {
      const output = createOutput(options.json, process.stdout);
      const name = options.channel ?? parseReleaseId(release).service;
      const { channel, before } = await promote(storeFrom(options), release, name);
      output.result({ channel: channel.name, release: channel.release, before: before ?? null }, () => {
        const change = before === release ? 'already there' : before === undefined ? 'new channel' : `was ${before}`;
        output.line(`${channel.name} -> ${channel.release}  (${change})`);
      });
    });
}
