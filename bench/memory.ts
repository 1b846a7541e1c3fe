import { readdir, readFile } from 'node:fs/promises';

/**
 * Memory of a process and all that descend from it, each page divided by the number of processes that share it
 * (proportional set size, https://docs.kernel.org/filesystems/proc.html), in megabytes. Linux only.
 */
export async function sharedMemory(root: number): Promise<number> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The command, in brackets, may hold spaces and brackets itself.
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const family = [...parents.keys()].filter((pid) => descends(pid, root, parents));
  const sizes = await Promise.all(family.map(proportionalSize));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function descends(pid: number, root: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) if (at === root) return true;
  return false;
}

async function proportionalSize(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) / 1024;
}
