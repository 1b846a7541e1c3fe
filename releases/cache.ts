import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './alive.ts';
import { formatReleaseId, parseReleaseId } from './id.ts';

/** Tells a claim of ours from one of a process that had our number before, as happens in containers. */
const birth = Math.round(performance.timeOrigin);
const claimForm = /^\.([0-9a-f]{12})\.used-by\.(\d+)\.(\d+)\./;

/**
 * The pulled releases of a directory that several processes may share: what one of them claims, none removes. A claim is
 * an empty file beside the release, `.<hex>.used-by.<pid>…`, and ends with its process.
 */
export class ReleaseCache {
  readonly directory: string;
  readonly #id = randomUUID();
  readonly #claimed = new Set<string>();

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Protects a release; it may still have to be pulled. */
  async claim(release: string): Promise<void> {
    const { service } = parseReleaseId(release);
    await mkdir(join(this.directory, service), { recursive: true });
    await writeFile(this.#claimFile(release), '');
    this.#claimed.add(release);
  }

  /**
   * Gives up all claims but those on `releases`, and removes the other releases of that service, those that somebody
   * claims aside.
   */
  async keepOnly(service: string, releases: readonly string[]): Promise<void> {
    const parent = join(this.directory, service);
    for (const release of this.#claimed) if (!releases.includes(release)) await this.#disclaim(release);
    const claimed = await claimsIn(parent);
    for (const hex of await releasesIn(parent)) {
      const isKept = releases.includes(formatReleaseId({ service, hex }));
      if (!isKept && !claimed.has(hex)) await remove(parent, hex);
    }
  }

  /** Gives up all claims; nothing is removed. */
  async close(): Promise<void> {
    for (const release of this.#claimed) await this.#disclaim(release);
  }

  async #disclaim(release: string): Promise<void> {
    this.#claimed.delete(release);
    await rm(this.#claimFile(release), { force: true });
  }

  #claimFile(release: string): string {
    const { service, hex } = parseReleaseId(release);
    return join(this.directory, service, `.${hex}.used-by.${process.pid}.${birth}.${this.#id}`);
  }
}

/** What living processes claim; the claims of dead ones are removed. */
async function claimsIn(parent: string): Promise<Set<string>> {
  const claimed = new Set<string>();
  for (const name of await namesIn(parent)) {
    const [, hex, pid, born] = claimForm.exec(name) ?? [];
    if (hex === undefined) continue;
    if (isAlive(Number(pid)) && (Number(pid) !== process.pid || Number(born) === birth)) claimed.add(hex);
    else await rm(join(parent, name), { force: true });
  }
  return claimed;
}

async function releasesIn(parent: string): Promise<string[]> {
  return (await namesIn(parent)).filter((name) => /^[0-9a-f]{12}$/.test(name));
}

async function namesIn(parent: string): Promise<string[]> {
  try {
    return await readdir(parent);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Moved aside first: nobody ever sees half of a release. Somebody who has claimed it meanwhile gets it back. */
async function remove(parent: string, hex: string): Promise<void> {
  // As `pull` names what it has not finished: another process removes it when we are killed half-way.
  const aside = join(parent, `.${hex}.${process.pid}.${randomUUID()}`);
  try {
    await rename(join(parent, hex), aside);
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await claimsIn(parent)).has(hex)) {
    const isBack = await rename(aside, join(parent, hex)).then(
      () => true,
      () => false,
    );
    if (isBack) return;
  }
  await rm(aside, { recursive: true, force: true });
}
