/**
 * Works on all items, at most `width` at a time. After the first failure (or an abort from outside) nothing new is
 * started and the signal tells the rest to stop; it settles only once all of them have.
 * @throws the first failure, or the signal's reason
 */
export async function inParallel<T>(
  items: Iterable<T>,
  width: number,
  outer: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const signal = outer === undefined ? failed.signal : AbortSignal.any([outer, failed.signal]);
  const waiting = items[Symbol.iterator]();
  const lane = async () => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      signal.throwIfAborted();
      await work(next.value, signal);
    }
  };
  const lanes = Array.from({ length: width }, () =>
    lane().catch((error: unknown) => {
      failed.abort(error);
    }),
  );
  await Promise.all(lanes);
  outer?.throwIfAborted();
  failed.signal.throwIfAborted();
}
