import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** How many R processes can compute at once: the container's CPU limit, rounded down, or else the machine's cores. */
export function usableProcessors(root = '/sys/fs/cgroup'): number {
  const limit = cgroupLimit(root) ?? Infinity;
  return Math.max(1, Math.floor(Math.min(limit, availableParallelism())));
}

/** CPUs that the control group grants, version 2 (cpu.max) or 1 (cpu.cfs_*); undefined without a limit. */
function cgroupLimit(root: string): number | undefined {
  const [quota, period] = read(root, 'cpu.max')?.split(' ') ?? [
    read(root, 'cpu/cpu.cfs_quota_us'),
    read(root, 'cpu/cpu.cfs_period_us'),
  ];
  const limit = Number(quota) / Number(period);
  return limit > 0 ? limit : undefined;
}

function read(root: string, file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8').trim();
  } catch {
    return undefined;
  }
}
