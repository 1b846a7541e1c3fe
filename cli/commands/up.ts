import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../../service/errors.ts';
import { send } from '../call/send.ts';
import { createOutput, type Output } from '../output.ts';
import { portNumber } from '../port.ts';
import { progressBar } from '../progress.ts';
import { trainedExample } from '../stack/example.ts';
import { curlLine, sampleCall } from '../stack/sample-call.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { openState, type StackState } from '../stack/state.ts';

interface Options {
  readonly service?: string[];
  readonly once: boolean;
  readonly port: number;
  readonly functionsPort: number;
  readonly state: string;
  readonly json: boolean;
}

/** The product whose key is shown: what an application gets. */
const shownProduct = 'standard';
const width = 16;

/** `penstock up`: the whole of Penstock on this machine, until Ctrl-C; with `--once`, one call and one round of functions. */
export function upCommand(): Command {
  return new Command('up')
    .description(
      'Run the whole of Penstock on this machine: a blob store, the scoring server, the gateway with the policies that are deployed, and the functions.',
    )
    .option('--service <dir...>', 'the Plumber directories to serve (default: the sample service)')
    .option('--once', 'make one scored call, run the warm-up and the probes once, and exit', false)
    .option('--port <port>', "the gateway's port; 0 for a free one", portNumber, 0)
    .option('--functions-port <port>', "the functions' port; 0 for a free one", portNumber, 0)
    .option('--state <dir>', 'where blobs, keys and logs are kept', join(import.meta.dirname, '../../.penstock'))
    .option('--json', 'print JSON', false)
    .argument('[stray...]')
    .usage('[options]')
    .action(async ([stray]: string[], options: Options, command: Command) => {
      // npm takes options before `--` for its own, and passes on what is left of them.
      if (stray !== undefined) {
        command.error(
          `error: unexpected ${stray}: expected --service ${stray}, by npm: npm start -- --service ${stray}`,
        );
      }
      const state = await openState(resolve(options.state));
      try {
        await up(state, options);
      } finally {
        await state.release();
      }
    });
}

async function up(state: StackState, options: Options): Promise<void> {
  const output = createOutput(options.json, process.stdout);
  const stopping = new AbortController();
  let endNow = (): void => undefined;
  const interrupted = new Promise<'interrupted'>((resolve) => {
    const onSignal = () => {
      if (stopping.signal.aborted) {
        endNow();
        process.exit(1);
      }
      stopping.abort(new UserError('interrupted'));
      resolve('interrupted');
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });

  const directories = options.service?.map((directory) => resolve(directory)) ?? [
    await trainedExample(await state.folder('models'), (line) => output.line(line)),
  ];
  const stack = await startStack({
    ...options,
    state,
    directories,
    follow: options.service !== undefined,
    say: (part, text) => output.line(`${part.padEnd(width)}${text}`),
    progress: (what) => progressBar(what, options.json),
    signal: stopping.signal,
  });
  endNow = () => stack.kill();
  try {
    await state.announce({
      gateway: stack.gatewayUrl,
      store: stack.storeUrl,
      services: stack.services.map(({ definition, channel }) => ({ name: definition.name, channel })),
    });
    const failed = stack.failed.then((why) => {
      if (!stopping.signal.aborted) throw new UserError(why);
    });
    if (options.once) {
      await Promise.race([once(stack, output), failed]);
    } else {
      await Promise.race([showHow(stack, output, state), failed]);
      // So that the health function has something to say before the first minute is over; it says what failed, too.
      stack.invoke('probe-health').catch(() => undefined);
      await Promise.race([interrupted, failed]);
      output.line('stopping (Ctrl-C again ends it at once)');
    }
  } finally {
    stopping.abort();
    await stack.stop();
  }
}

/** Prints the URLs, a key, and a line to paste. */
async function showHow(stack: Stack, output: Output, state: StackState): Promise<void> {
  const key = stack.keys[shownProduct]!;
  const calls = await Promise.all(stack.services.map((service) => sampleCall(service, key)));
  const curl = calls.map((call) => curlLine(call, key));
  const result = {
    url: stack.gatewayUrl,
    key,
    keys: stack.keys,
    services: stack.services.map(({ definition, release, url }) => ({ name: definition.name, release, url })),
    health: stack.healthUrl,
    curl,
  };
  output.result(result, () => {
    output.line('');
    for (const { url } of stack.services) output.line(`${'URL'.padEnd(width)}${url}`);
    output.line(`${'key'.padEnd(width)}${key}  (product ${shownProduct})`);
    output.line(`${'health'.padEnd(width)}${stack.healthUrl}`);
    output.line(`${'logs'.padEnd(width)}${shortPath(join(state.directory, 'logs'))}`);
    output.line(`\nTry it:\n`);
    for (const line of curl) output.line(`${line}\n`);
    output.line('Ctrl-C stops it all.');
  });
}

/** One scored call for every service, one warm-up, one round of probes. @throws UserError when any of them failed */
async function once(stack: Stack, output: Output): Promise<void> {
  const key = stack.keys[shownProduct]!;
  output.line('');
  const answers = [];
  const failures: string[] = [];
  for (const service of stack.services) {
    const call = await sampleCall(service, key);
    const answer = { method: call.method, url: call.url, ...(await send(call, key)) };
    output.line(`${answer.method} ${answer.url}`);
    output.line(`  ${answer.status}  ${answer.release ?? ''}  ${shortened(answer.body)}`);
    answers.push(answer);
    // Without a probe nobody knows what an API expects: that it answers at all, with a 401 of its own, is all right then.
    const isKnown = service.definition.probes.length > 0 || answer.release === undefined;
    if (answer.status >= (isKnown ? 400 : 500)) {
      const where = answer.status >= 500 && answer.release !== undefined ? `; R’s words are in ${service.logFile}` : '';
      failures.push(`${answer.method} ${answer.url}: ${answer.status}${where}`);
    } else if (answer.status >= 400) {
      output.line('  the API’s own answer; a probe in its service.yaml says what to send');
    }
  }
  const outcomes = [];
  for (const name of ['warm-models', 'probe-health']) {
    const outcome = await stack.invoke(name);
    output.line(`${name}  ${outcome.ok ? 'ok' : 'failed'}  ${Math.round(outcome.duration)} ms`);
    for (const { message } of outcome.logs) output.line(`  ${message}`);
    outcomes.push(outcome);
  }
  for (const outcome of outcomes) {
    if (!outcome.ok) failures.push(`${outcome.function}: ${outcome.error ?? 'failed'}`);
  }
  output.result({ calls: answers, functions: outcomes, ok: failures.length === 0 }, () => undefined);
  if (failures.length > 0) throw new UserError(failures.join('\n'));
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** Relative where that is shorter to read: below the working directory. */
function shortPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') ? path : below;
}
