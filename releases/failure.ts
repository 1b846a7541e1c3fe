import { UserError } from '../service/errors.ts';
import { formatDuration } from '../service/units.ts';
import { patience, type Patience } from './patience.ts';
import type { Store } from './store.ts';

/** It was the store that failed, or the way to it, not what it holds: the same may well succeed later. */
export class StoreFailure extends UserError {}

/** The HTTP status of a storage error; undefined when it is none or got no answer. */
export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number } | null)?.statusCode;
}

/** The error code of the storage service (`BlobNotFound`, `ConditionNotMet`) or of the network (`ECONNREFUSED`). */
export function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | null)?.code;
}

export function isMissingContainer(error: unknown): boolean {
  return statusOf(error) === 404 && codeOf(error) === 'ContainerNotFound';
}

/** Whether a conditional write found that somebody else had written. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 412 || (statusOf(error) === 409 && codeOf(error) !== 'ContainerBeingDeleted');
}

/**
 * Does something that calls the store, and turns what goes wrong on the way into one message for people.
 * @param doing what it was about, as in "cannot …": `read the channel prod`
 * @param outer the caller's signal
 * @param work gets the signal to pass on, and tells when something has moved: after `store.patience` without, it is over
 * @throws StoreFailure (a UserError) that names the store, for failures of the network, of the identity and of the storage
 *   service; an abort and everything else as it is
 */
export async function atStore<T>(
  store: Store,
  doing: string,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal, renew: () => void) => Promise<T>,
): Promise<T> {
  const waiting = patience(store.patience, outer);
  try {
    return await work(waiting.signal, waiting.renew);
  } catch (error) {
    throw explained(store, doing, error, waiting);
  } finally {
    waiting.end();
  }
}

export function explained(store: Store, doing: string, error: unknown, waiting: Patience): unknown {
  if (waiting.lost && !(error instanceof UserError)) {
    const reason = `it has not answered for ${formatDuration(store.patience)}`;
    return new StoreFailure(`store ${store.url}: cannot ${doing}: ${reason}`, { cause: error });
  }
  if (!(error instanceof Error) || error instanceof UserError) return error;
  if (error.name === 'AbortError' && waiting.signal.aborted) return error;
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return new StoreFailure(`store ${store.url}: cannot ${doing}: ${reason}`, { cause: error });
}

function reasonOf(error: Error): string | undefined {
  if (/Credential|Authentication/.test(error.name)) {
    return `no identity to sign in with (az login, or a managed identity): ${firstLine(error.message)}`;
  }
  if (error.name === 'AbortError') return 'the connection was lost';
  if (error.name !== 'RestError') return undefined;
  const status = statusOf(error);
  if (status === undefined) {
    return `it is unreachable (${codeOf(error) === 'REQUEST_SEND_ERROR' ? firstLine(error.message) : (codeOf(error) ?? firstLine(error.message))})`;
  }
  if (status === 401 || status === 403) {
    return `access is denied (${codeOf(error) ?? status}); the identity needs the role Storage Blob Data Contributor, or Reader to read only`;
  }
  if (isMissingContainer(error)) return 'the container does not exist';
  return firstLine(`${codeOf(error) ?? ''} ${error.message}`.trim());
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
