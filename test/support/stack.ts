import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../cli/main.ts');

/** What `penstock up --json` prints when everything runs. */
export interface UpReport {
  readonly url: string;
  readonly key: string;
  readonly keys: Record<string, string>;
  readonly services: { readonly name: string; readonly release: string; readonly url: string }[];
  readonly health: string;
  readonly curl: string[];
}

export interface RunningStack {
  readonly report: UpReport;
  readonly process: ChildProcess;
  readonly state: string;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; stderr: string }>;
  /** Waits for the end that comes by itself. */
  stopped(): Promise<{ code: number | null; stderr: string }>;
}

/** Starts the whole local stack, as `npm start` does, in a folder of its own and on free ports. */
export async function startUp(args: readonly string[] = []): Promise<RunningStack> {
  const state = await mkdtemp(join(tmpdir(), 'penstock-up-'));
  const child = spawn(process.execPath, [main, 'up', '--json', '--state', state, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = once(child, 'close');
  const report = await new Promise<UpReport>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.endsWith('}\n')) resolve(JSON.parse(stdout) as UpReport);
    });
    void closed.then(() => reject(new Error(`the stack did not start: ${stderr}`)));
  });
  const stopped = async () => {
    await closed;
    await rm(state, { recursive: true, force: true, maxRetries: 5 });
    return { code: child.exitCode, stderr };
  };
  return {
    report,
    process: child,
    state,
    stop(signal = 'SIGINT') {
      child.kill(signal);
      return stopped();
    },
    stopped,
  };
}

/** The processes that descend from one, itself included: ids and command lines. */
export async function descendants(pid: number): Promise<{ pid: number; command: string }[]> {
  const listing = spawn('ps', ['-A', '-o', 'pid=,ppid=,args='], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  listing.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  await once(listing, 'close');
  const all = text
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, id, parent, command]) => ({ pid: Number(id), parent: Number(parent), command: command! }));
  const family = new Set([pid]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const { pid: id, parent } of all) if (family.has(parent)) family.add(id);
  }
  return all.filter(({ pid: id }) => family.has(id)).map(({ pid: id, command }) => ({ pid: id, command }));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
