import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './process.ts';

/** Whether packages can be installed here: Debian (or one of its children), as root. */
export const canInstall = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;

const policy = '/usr/sbin/policy-rc.d';

/** Installs Debian packages that are missing. Services that they bring are not started. */
export async function install(...packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = !existsSync(policy);
  if (quiet) await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await run('apt-get', ['update', '-q'], { env, secret: true });
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env, secret: true });
  } finally {
    if (quiet) await rm(policy, { force: true });
  }
}

/** A line of an apt source: where, and which suite. */
interface Source {
  readonly uri: string;
  readonly suite: string;
}

/**
 * Where this machine gets Debian's packages from, as apt lines for another release. Read when it is needed and shown
 * nowhere: an address may hold a password.
 */
export async function sourcesFor(release: string): Promise<string[]> {
  const here = /^VERSION_CODENAME=(\w+)$/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1] ?? '';
  const files = ['/etc/apt/sources.list', ...(await within('/etc/apt/sources.list.d'))];
  const texts = await Promise.all(
    files.map(async (file) => ({ file, text: await readFile(file, 'utf8').catch(() => '') })),
  );
  const sources = texts.flatMap(({ file, text }) => (file.endsWith('.sources') ? paragraphs(text) : oneLiners(text)));
  const own = sources.filter(({ suite }) => [here, `${here}-security`].includes(suite));
  return [...new Set(own.map(({ uri, suite }) => `deb ${uri} ${suite.replace(here, release)} main`))];
}

async function within(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join(directory, name));
}

function oneLiners(text: string): Source[] {
  return [...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/gm)].map(([, uri = '', suite = '']) => ({
    uri,
    suite,
  }));
}

function paragraphs(text: string): Source[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const words = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(paragraph)?.[1]?.split(/\s+/) ?? [];
    return words('URIs').flatMap((uri) => words('Suites').map((suite) => ({ uri, suite })));
  });
}

/** What apt has been told about its archives here and must be told elsewhere: how old their lists may be, and a proxy. */
export async function aptOptions(): Promise<string[]> {
  const dumped = await run('apt-config', ['dump'], { secret: true });
  const known = /^Acquire::(Check-Valid-Until|Check-Date|https?::Proxy) ".+";$/;
  return dumped.split('\n').filter((line) => known.test(line));
}
