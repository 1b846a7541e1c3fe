import { Command } from 'commander';
import { readChannel } from '../../releases/channel.ts';
import { diffReleases, type FileDifference } from '../../releases/diff.ts';
import type { Store } from '../../releases/store.ts';
import { UserError } from '../../service/errors.ts';
import { createOutput } from '../output.ts';
import { sizeText } from '../progress.ts';
import { storeFrom, storeOption } from '../store-option.ts';

interface Options {
  readonly store?: string;
  readonly json: boolean;
}

/** `penstock diff A B`: the files in which two releases differ. */
export function diffCommand(): Command {
  return new Command('diff')
    .description(
      'Show in which files two releases differ. A channel alone: the release before against the present one.',
    )
    .argument('<before>', 'a release, SERVICE@HEX, or a channel')
    .argument('[after]', 'another release or channel')
    .addOption(storeOption())
    .option('--json', 'print JSON', false)
    .action(async (before: string, after: string | undefined, options: Options) => {
      const output = createOutput(options.json, process.stdout);
      const store = storeFrom(options);
      const difference = await diffReleases(store, ...(await pairOf(store, before, after)));
      output.result(difference, ({ files, same }) => {
        output.line(`${difference.before} → ${difference.after}`);
        for (const file of files) output.line(describe(file));
        output.line(`same     ${same} files`);
        for (const { path, lines } of files) {
          if (lines === undefined) continue;
          for (const line of ['', `--- ${path}`, `+++ ${path}`, ...lines]) output.line(line);
        }
      });
    });
}

async function pairOf(store: Store, first: string, second: string | undefined): Promise<[string, string]> {
  if (second !== undefined) return [await releaseOf(store, first), await releaseOf(store, second)];
  if (first.includes('@')) throw new UserError(`${first} alone: expected another release to compare it with`);
  const { release, previous } = (await readChannel(store, first)).channel;
  if (previous[0] === undefined) throw new UserError(`the channel ${first} has had no release before ${release}`);
  return [previous[0], release];
}

/** A channel stands for the release that it points to. */
async function releaseOf(store: Store, name: string): Promise<string> {
  return name.includes('@') ? name : (await readChannel(store, name)).channel.release;
}

function describe({ path, before, after }: FileDifference): string {
  if (before === undefined) return `added    ${path}  ${sizeText(after!.size)}  ${after!.sha256.slice(0, 12)}`;
  if (after === undefined) return `removed  ${path}  ${sizeText(before.size)}  ${before.sha256.slice(0, 12)}`;
  const sizes =
    before.size === after.size ? sizeText(after.size) : `${sizeText(before.size)} → ${sizeText(after.size)}`;
  return `changed  ${path}  ${sizes}  ${before.sha256.slice(0, 12)} → ${after.sha256.slice(0, 12)}`;
}
