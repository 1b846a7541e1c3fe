import type { Outcome } from './batch/answer.ts';
import type { Milliseconds } from '../../service/units.ts';
import type { Call } from './r/connection.ts';
import { CallFailed, type Slot } from './r/slot.ts';
import type { Worker } from './r/worker.ts';
import type { Returned } from './staff.ts';

/** No worker is left to ask. */
export const noWorker: Outcome = { kind: 'failed', reason: 'died' };

/**
 * How one call to R ends, for a plan that goes on from there.
 * @param limit a shorter time than the service allows
 */
export async function askOf(
  slot: Slot<Worker>,
  call: Call,
  limit: Milliseconds | undefined,
): Promise<Returned<Outcome>> {
  try {
    return { result: { kind: 'answered', answer: await slot.ask(call, limit) }, isUsable: true };
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    const { reason, message } = error;
    return { result: { kind: 'failed', reason, detail: message }, isUsable: reason === 'malformed' };
  }
}
