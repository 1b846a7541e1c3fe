import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { isMistake } from './mistake.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** A command's module is loaded only when it is called: the Azure SDKs alone take half a second. */
const commands: Record<string, { summary: string; load: () => Promise<Command> }> = {
  up: {
    summary: 'run the whole of Penstock on this machine',
    load: async () => (await import('./commands/up.ts')).upCommand(),
  },
  serve: {
    summary: 'the scoring server alone, for a Plumber directory or a promoted release',
    load: async () => (await import('./commands/serve.ts')).serveCommand(),
  },
  gateway: {
    summary: 'the local API Management gateway alone',
    load: async () => (await import('./commands/gateway.ts')).gatewayCommand(),
  },
  policies: {
    summary: 'write every API Management policy as XML',
    load: async () => (await import('./commands/policies.ts')).policiesCommand(),
  },
  release: {
    summary: 'publish a directory as an immutable release',
    load: async () => (await import('./commands/release.ts')).releaseCommand(),
  },
  promote: {
    summary: 'point a channel at a release',
    load: async () => (await import('./commands/promote.ts')).promoteCommand(),
  },
  rollback: {
    summary: 'point a channel at the release before',
    load: async () => (await import('./commands/rollback.ts')).rollbackCommand(),
  },
  releases: {
    summary: 'list what a store holds, and which channel points where',
    load: async () => (await import('./commands/releases.ts')).releasesCommand(),
  },
  verify: {
    summary: 'read a release back and compare every file with its SHA-256',
    load: async () => (await import('./commands/verify.ts')).verifyCommand(),
  },
  diff: {
    summary: 'show in which files two releases differ',
    load: async () => (await import('./commands/diff.ts')).diffCommand(),
  },
  call: {
    summary: 'call a service through a gateway',
    load: async () => (await import('./commands/call.ts')).callCommand(),
  },
  image: {
    summary: 'build the container image of a service, push it to a registry',
    load: async () => (await import('./commands/image.ts')).imageCommand(),
  },
  bootstrap: {
    summary: 'prepare an Azure subscription for the first deployment',
    load: async () => (await import('./commands/bootstrap.ts')).bootstrapCommand(),
  },
  functions: {
    summary: 'deploy the Functions app',
    load: async () => (await import('./commands/functions.ts')).functionsCommand(),
  },
  keys: {
    summary: 'show or rotate the subscription keys in the cloud',
    load: async () => (await import('./commands/keys.ts')).keysCommand(),
  },
  manifests: {
    summary: 'write the Kubernetes objects as YAML',
    load: async () => (await import('./commands/manifests.ts')).manifestsCommand(),
  },
  plan: {
    summary: 'what a deployment would change, stack by stack',
    load: async () => (await import('./commands/plan.ts')).planCommand(),
  },
};

/** The program with the one command that `args` name, or with all of them when they name none (help). */
async function program(args: readonly string[]): Promise<Command> {
  const penstock = new Command('penstock')
    .description('Real-time scoring of R models: behind API Management on Azure, and on a laptop first.')
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  const named = args.find((arg) => !arg.startsWith('-') && arg !== 'help');
  for (const [name, { summary, load }] of Object.entries(commands)) {
    if (name !== named) {
      penstock.command(name).summary(summary).description(summary);
      continue;
    }
    penstock.addCommand((await load()).summary(summary).copyInheritedSettings(penstock).exitOverride());
  }
  if (args.includes('--json')) quieten(penstock);
  return penstock;
}

/** Has a command say nothing of a mistake in its arguments: main() says it in JSON. */
function quieten(command: Command): void {
  command.configureOutput({ outputError: () => undefined }).showHelpAfterError(false);
  command.commands.forEach(quieten);
}

/** Runs the command line and returns the exit code: 0, 1 for a failure, 2 for a mistake in the arguments. */
async function main(args: readonly string[]): Promise<number> {
  try {
    await (await program(args)).parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const json = args.includes('--json');
    const tell = (text: string) =>
      process.stderr.write(json ? `${JSON.stringify({ error: text })}\n` : `penstock: ${text}\n`);
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (json && error.code !== 'commander.help') tell(error.message.replace(/^error: /, ''));
      return 2;
    }
    tell(isMistake(error) ? error.message : ((error as Error).stack ?? String(error)));
    return 1;
  }
}

// Whoever reads what is printed may stop reading, as `head` does: then there is nobody to run for.
let isHeard = true;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (isHeard && error.code !== 'EPIPE') throw error;
    if (!isHeard) return;
    isHeard = false;
    if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM');
    else process.exit(1);
  });
}
process.exitCode = await main(process.argv.slice(2));
