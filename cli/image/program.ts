import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { UserError } from '../../service/errors.ts';
import { serveCommand } from '../commands/serve.ts';
import { isMistake } from '../mistake.ts';

/** Where the image keeps the service that is baked into it. */
const baked = '/service';

/**
 * The `penstock` of the container image: `serve` alone, each of whose options may also come from a variable
 * (`--admin-port` from `PENSTOCK_ADMIN_PORT`). Without arguments it follows the channel that `PENSTOCK_CHANNEL` names,
 * else it serves what the image holds.
 * @returns the exit code: 0, 1 for a failure, 2 for a mistake in the arguments
 */
async function main(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  try {
    const serve = serveCommand();
    for (const option of serve.options) option.env(variableOf(option.attributeName()));
    const penstock = new Command('penstock').exitOverride();
    penstock.addCommand(serve.copyInheritedSettings(penstock).exitOverride());
    await penstock.parseAsync(args.length > 0 ? [...args] : defaultArguments(environment), { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const text = isMistake(error) ? error.message : ((error as Error).stack ?? String(error));
    process.stderr.write(`penstock: ${text}\n`);
    return 1;
  }
}

function variableOf(option: string): string {
  return `PENSTOCK_${option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function defaultArguments({ PENSTOCK_CHANNEL }: NodeJS.ProcessEnv): string[] {
  if (PENSTOCK_CHANNEL) return ['serve'];
  if (existsSync(baked)) return ['serve', baked];
  throw new UserError(
    'nothing to serve: this image holds no service, so PENSTOCK_STORE and PENSTOCK_CHANNEL (or serve --store URL --channel NAME) are expected',
  );
}

process.exitCode = await main(process.argv.slice(2), process.env);
