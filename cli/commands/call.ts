import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Command, InvalidArgumentError, Option } from 'commander';
import { wrongAnswer } from '../../service/compare.ts';
import { contentTypeOf } from '../../service/content-type.ts';
import { UserError } from '../../service/errors.ts';
import { parseRoute } from '../../service/paths.ts';
import type { Method } from '../../service/definition.ts';
import type { CalledProbe } from '../call/probes.ts';
import { send, type Answer, type Call } from '../call/send.ts';
import { findTarget, type Target, type TargetOptions } from '../call/target.ts';
import { createOutput, type Output } from '../output.ts';
import { firstGetRoute } from '../stack/sample-call.ts';

interface Options extends TargetOptions {
  readonly route?: Wanted;
  readonly body?: string;
  readonly probe?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly times: number;
  readonly json: boolean;
}

interface Wanted {
  readonly method: Method;
  readonly path: string;
}

/** `penstock call`: an authenticated call through a gateway, and whether it was answered as it should be. */
export function callCommand(): Command {
  return new Command('call')
    .description(
      'Call a service through a gateway: the local stack that runs, unless --url or --env names another. Without a route it sends a probe, and compares the answer with what the probe expects.',
    )
    .argument('[service]', 'its name, or its directory (whose probes are sent); not needed where there is only one')
    .option('--url <gateway>', "a gateway; with no service named, the API's own URL")
    .option('--env <name>', 'an environment in the cloud, a file in config/; the key is looked up in API Management')
    .addOption(new Option('--key <key>', 'the subscription key').env('PENSTOCK_KEY'))
    .option('--subscription <name>', 'whose key to look up (default: here standard, in the cloud functions)')
    .option('--route <route>', "what to call: 'POST /score'", wantedRoute)
    .option('--body <file>', 'what to send; - for standard input')
    .option('--probe <name>', "one of the service's probes (default: the first, of --route where given)")
    .option('--header <header>', "a header to send too, 'Name: value'; may be given again", collectHeader)
    .option('--times <number>', 'how often, one after the other', wholeNumber, 1)
    .option('--state <dir>', 'the folder of the local stack', join(import.meta.dirname, '../../.penstock'))
    .option('--json', 'print JSON', false)
    .action(async (service: string | undefined, options: Options) => {
      await call(await findTarget(service, options), options, createOutput(options.json, process.stdout));
    });
}

/** @throws UserError when a call was refused, or not answered as the probe expects */
async function call(target: Target, options: Options, output: Output): Promise<void> {
  const probe = await wantedProbe(target, options);
  const request = { ...(await requestOf(target, probe, options)), headers: options.header };
  output.line(`${request.method} ${request.url}`);
  const answers: Answer[] = [];
  const failures: string[] = [];
  for (let left = options.times; left > 0; left -= 1) {
    const answer = await send(request, target.key);
    const why = failureOf(answer, options.body === undefined ? probe : undefined);
    output.line(`  ${answer.status}  ${answer.release ?? '-'}  ${answer.latency} ms`);
    answers.push(answer);
    if (why !== undefined) failures.push(why);
  }
  const judged = probe !== undefined && options.body === undefined;
  const last = answers.at(-1)!;
  const result = {
    method: request.method,
    url: request.url,
    ...(judged && { probe: probe.name }),
    calls: answers.map(({ status, release, latency }) => ({ status, release, latency })),
    answer: last.body,
    ok: failures.length === 0,
  };
  output.result(result, () => {
    if (failures.length === 0) output.line(last.body);
    if (failures.length === 0 && judged && probe.expected !== undefined)
      output.line(`as the probe ${probe.name} expects`);
    if (answers.length > 1) output.line(summary(answers));
  });
  const [first] = failures;
  if (first === undefined) return;
  const count = answers.length > 1 ? `${failures.length} of ${answers.length} calls failed; the first: ` : '';
  throw new UserError(`${count}${request.method} ${request.url} ${first}`);
}

/** The probe to send; undefined where there is none for what is wanted. @throws UserError when --probe names none */
async function wantedProbe(target: Target, { probe: name, route, body }: Options): Promise<CalledProbe | undefined> {
  if (name !== undefined && route !== undefined) throw new UserError('expected --route or --probe, but not both');
  if (name === undefined && route !== undefined && body !== undefined) return undefined;
  if (name === undefined && route !== undefined) {
    // With a route there is something to call, whether its probes can be read or not.
    const probes = await target.probes().catch(() => []);
    return probes.find(({ call }) => call.method === route.method && call.path === route.path);
  }
  const probes = await target.probes();
  if (name === undefined) return probes[0];
  const found = probes.find((probe) => probe.name === name);
  if (found !== undefined) return found;
  const known = probes.map((probe) => probe.name).join(', ');
  throw new UserError(
    probes.length === 0
      ? `there is no probe ${name}: no probes are known here; the service's directory has them`
      : `there is no probe ${name}; the service has ${known}`,
  );
}

async function requestOf(target: Target, probe: CalledProbe | undefined, { route, body }: Options): Promise<Call> {
  const given = body === undefined ? undefined : await bodyOf(body);
  if (probe !== undefined) {
    const { method, path, body: own } = probe.call;
    const sent = given ?? own;
    return { method, url: target.url + path, body: sent?.bytes, ...(sent && { contentType: sent.contentType }) };
  }
  if (route === undefined && given !== undefined) {
    throw new UserError("--body needs to know where it goes: --route 'POST /score'");
  }
  const { method, path } = route ?? { method: 'GET', path: await firstGetRoute(target.url, target.key) };
  return { method, url: target.url + path, body: given?.bytes, ...(given && { contentType: given.contentType }) };
}

async function bodyOf(file: string): Promise<{ bytes: Buffer; contentType: string }> {
  if (file === '-') return { bytes: await buffer(process.stdin), contentType: 'application/json' };
  const bytes = await readFile(file).catch((error: Error) => {
    throw new UserError(`the body ${file} cannot be read: ${error.message}`);
  });
  return { bytes, contentType: contentTypeOf(file) };
}

/** Why an answer is no success, or undefined. */
function failureOf({ status, body }: Answer, probe: CalledProbe | undefined): string | undefined {
  if (status >= 400 || (probe !== undefined && status >= 300)) return `answered ${status}: ${body.trim()}`;
  if (probe?.expected === undefined) return undefined;
  const wrong = wrongAnswer(body, probe.expected, probe.tolerance);
  return wrong === undefined ? undefined : `did not answer as the probe ${probe.name} expects: ${wrong}`;
}

function summary(answers: readonly Answer[]): string {
  const sorted = answers.map(({ latency }) => latency).sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return `${answers.length} calls: fastest ${sorted[0]} ms, median ${median} ms, slowest ${sorted.at(-1)} ms`;
}

function wantedRoute(text: string): Wanted {
  const route = parseRoute(text);
  if (route === undefined) throw new InvalidArgumentError("A method and a path are expected, such as 'POST /score'.");
  return route;
}

function collectHeader(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(\S.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("'Name: value' is expected.");
  return { ...before, [name]: value };
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number from 1 to 999999 is expected.');
}
