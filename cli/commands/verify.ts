import { Command } from 'commander';
import { verify } from '../../releases/verify.ts';
import { createOutput } from '../output.ts';
import { progressBar } from '../progress.ts';
import { storeFrom, storeOption } from '../store-option.ts';

interface Options {
  readonly store?: string;
  readonly json: boolean;
}

/** `penstock verify RELEASE`: reads every file back and compares it with its SHA-256. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('Read a release back and compare every file with its SHA-256.')
    .argument('<release>', 'the release, SERVICE@HEX')
    .addOption(storeOption())
    .option('--json', 'print JSON', false)
    .action(async (release: string, options: Options) => {
      const output = createOutput(options.json, process.stdout);
      const { onProgress, done } = progressBar('verifying', options.json);
      const { id, files } = await verify(storeFrom(options), release, { onProgress }).finally(done);
      output.result({ release: id, files: files.length, intact: true }, () => {
        output.line(`${id}  intact: ${files.length} files`);
      });
    });
}
