/** What runs, and the signal that ends it. */
export interface Shutdown {
  /** Aborts when the app ends. */
  readonly signal: AbortSignal;
  /** Counts as running until it settles. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Ends what runs, and settles when it has said what became of it. */
  stop(): Promise<void>;
}

/** So that what is under way when the host ends the app is cut short: leases are given back, outcomes are kept. */
export function createShutdown(): Shutdown {
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    signal: stopping.signal,
    async run(work) {
      stopping.signal.throwIfAborted();
      const done = work();
      running.add(done);
      return done.finally(() => running.delete(done));
    },
    async stop() {
      stopping.abort(new Error('the app is stopping'));
      await Promise.allSettled(running);
    },
  };
}
