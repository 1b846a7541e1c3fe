#!/usr/bin/env node
// Makes a fresh clone ready: R and its packages from Debian, then the npm packages of the lockfile, then the `penstock`
// command. Only what is missing; a second run finds nothing to do. Plain JavaScript without imports of ours, because it
// runs before anything is installed, on the Node.js that the machine has.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingForBench, missingForTests, missingFromR } from './missing.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (line) => console.error(`setup: ${line}`);

/** Ends the set-up with a message that says what to do. */
function giveUp(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}

/** Runs a command quietly; when it fails, shows the end of what it printed. */
function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, cwd: root, ...options });
  if (done.status === 0) return;
  const output = `${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`
    .trimEnd()
    .split('\n')
    .slice(-25);
  giveUp(`\`${command} ${args.join(' ')}\` failed:\n${output.join('\n')}`);
}

function checkNode() {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) < 20) giveUp(`Node.js 20 or newer is needed; this is ${node} (https://nodejs.org)`);
}

function installR() {
  const missing = missingFromR();
  if (missing.debian.length === 0) return;
  const install = `apt-get install -y --no-install-recommends ${missing.debian.join(' ')}`;
  const debian = existsSync('/usr/bin/apt-get');
  if (!debian || (process.getuid?.() !== 0 && !process.env.CI)) {
    const command = debian ? `sudo sh -c 'apt-get update && ${install}'` : missing.elsewhere;
    giveUp(`${missing.why}. Install it with this command, then run this again:\n\n    ${command}\n`);
  }
  say(`${missing.why}: installing ${missing.debian.join(', ')} from Debian (about half a minute)`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-q'], { env });
  run('sh', ['-c', install], { env });
  const still = missingFromR();
  if (still.debian.length > 0) giveUp(`${still.why}, even after installing Debian's packages`);
}

/** `npm ci` when node_modules does not hold what the lockfile says, whoever installed it. */
function installPackages() {
  if (isInstalled()) return;
  say('installing the npm packages of package-lock.json (about a minute)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { env: withoutNpmConfig() });
}

/** Whether npm's own record of node_modules, written when an install is complete, agrees with the lockfile. */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  const needed = Object.entries(wanted).filter(([path, entry]) => path !== '' && !entry.optional && !entry.devOptional);
  return needed.every(([path, { version }]) => present[path]?.version === version);
}

/** npm hands its own configuration to scripts; an outer `npm test --omit=dev`, say, must not change what `npm ci` does. */
function withoutNpmConfig() {
  const inherited = ([name]) =>
    !/^npm_config_(omit|include|only|production|global|prefix|workspace|ignore_scripts)/i.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(inherited));
}

/** npm links no command of the root package itself, so this does: `npx penstock`, on the Node.js of node_modules. */
function linkCommand() {
  const link = join(root, 'node_modules', '.bin', 'penstock');
  const script = [
    '#!/bin/sh',
    'bin=$(cd "$(dirname "$0")" && pwd)',
    '# What Node.js has compiled is kept, also for the processes that it starts: a command begins in half the time.',
    'export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE-$bin/../.cache/node}"',
    'exec "$bin/node" "$bin/../../cli/main.ts" "$@"',
    '',
  ].join('\n');
  if (existsSync(link) && readFileSync(link, 'utf8') === script) return;
  writeFileSync(link, script);
  chmodSync(link, 0o755);
}

/** What is used beside the product, where it may be installed: without it tests are skipped, and peers not measured. */
function installBeside(missing, who) {
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return;
  const packages = missing();
  if (packages.length === 0) return;
  say(`installing what ${who} from Debian: ${packages.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-q'], { env });
  run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env });
}

checkNode();
installR();
installPackages();
linkCommand();
if (process.argv.includes('--tests')) installBeside(missingForTests, 'the tests use');
if (process.argv.includes('--bench')) installBeside(missingForBench, 'the benchmark uses');
