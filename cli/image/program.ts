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
    const [command = '', ...rest] = args.length > 0 ? args : defaultArguments(environment);
    const given = [command, ...(command === serve.name() ? fromVariables(serve, environment) : []), ...rest];
    const penstock = new Command('penstock').exitOverride();
    penstock.addCommand(serve.copyInheritedSettings(penstock).exitOverride());
    await penstock.parseAsync(given, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const text = isMistake(error) ? error.message : ((error as Error).stack ?? String(error));
    process.stderr.write(`penstock: ${text}\n`);
    return 1;
  }
}

/** What the environment says, as arguments before the ones given, which therefore win. */
function fromVariables(command: Command, environment: NodeJS.ProcessEnv): string[] {
  return command.options.flatMap(({ long, envVar, required, optional }) => {
    if (long == null || envVar !== undefined) return [];
    const value = environment[`PENSTOCK_${long.slice(2).replaceAll('-', '_').toUpperCase()}`];
    if (!value) return [];
    if (required || optional) return [`${long}=${value}`];
    return value === 'true' ? [long] : [];
  });
}

function defaultArguments({ PENSTOCK_CHANNEL }: NodeJS.ProcessEnv): string[] {
  if (PENSTOCK_CHANNEL) return ['serve'];
  if (existsSync(baked)) return ['serve', baked];
  throw new UserError(
    'nothing to serve: this image holds no service, so PENSTOCK_STORE and PENSTOCK_CHANNEL (or serve --store URL --channel NAME) are expected',
  );
}

process.exitCode = await main(process.argv.slice(2), process.env);
