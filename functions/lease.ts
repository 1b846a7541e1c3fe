import { RestError, type BlobLeaseClient, type ContainerClient } from '@azure/storage-blob';
import type { Milliseconds } from '../service/units.ts';
import type { Clock } from './clock.ts';
import { inContainer } from './container.ts';

export interface LeaseOptions {
  readonly clock: Clock;
  /** How long to wait for somebody else's lease to end; 0: not at all. */
  readonly patience: Milliseconds;
  readonly signal: AbortSignal;
  /** The pause between two renewals; 20 s unless told. */
  readonly renewEvery?: Milliseconds;
}

/** Seconds; the longest that may end by itself. An instance that is gone holds the others up no longer. */
const duration = 60;
const renewal: Milliseconds = 20_000;
const pause: Milliseconds = 5_000;

/**
 * Does `work` while it holds the lease of a blob, so that no other instance does the same at once. Renews it meanwhile, and
 * aborts the work when the lease is lost.
 *
 * @returns what the work returns; `taken` when another instance holds the lease all the time
 */
export async function withLease<T>(
  container: ContainerClient,
  name: string,
  { clock, patience, signal, renewEvery = renewal }: LeaseOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | 'taken'> {
  const start = clock.elapsed();
  const lease = container.getBlobClient(name).getBlobLeaseClient();
  while (!(await acquire(container, name, lease, signal))) {
    if (clock.elapsed() - start >= patience) return 'taken';
    await clock.sleep(pause, signal);
  }
  const lost = new AbortController();
  let heldUntil = performance.now() + duration * 1000;
  const renew = async () => {
    try {
      await lease.renewLease();
      heldUntil = performance.now() + duration * 1000;
    } catch (error) {
      // A store that is away for a moment takes no lease away.
      const isGone = error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412);
      if (isGone || performance.now() > heldUntil) lost.abort(new Error(`the lease of ${name} was lost`));
    }
  };
  const renewing = setInterval(() => void renew(), renewEvery);
  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(renewing);
    // Lost or not: it ends by itself.
    await lease.releaseLease().catch(() => undefined);
  }
}

async function acquire(
  container: ContainerClient,
  name: string,
  lease: BlobLeaseClient,
  abortSignal: AbortSignal,
): Promise<boolean> {
  try {
    await lease.acquireLease(duration, { abortSignal });
    return true;
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    if (error.code === 'LeaseAlreadyPresent') return false;
    if (error.statusCode !== 404) throw error;
  }
  await inContainer(container, () =>
    container
      .getBlockBlobClient(name)
      .upload('', 0, { abortSignal, conditions: { ifNoneMatch: '*' } })
      .catch((error: unknown) => {
        // Somebody else made it meanwhile, and may hold it already.
        if (!(error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412))) throw error;
      }),
  );
  return acquire(container, name, lease, abortSignal);
}
