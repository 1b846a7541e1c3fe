import type { Milliseconds } from '../../service/units.ts';

/** Time for the triggers: what it is, and a call when some of it has passed. */
export interface HostClock {
  now(): Date;
  /** Calls back once after `delay`, unless the returned function is called first. */
  after(delay: Milliseconds, call: () => void): () => void;
}

/** The longest delay that a Node.js timer takes. */
const longest: Milliseconds = 2 ** 31 - 1;

export const systemClock: HostClock = {
  now: () => new Date(),
  after(delay, call) {
    let timer = setTimeout(
      function wait(left: Milliseconds) {
        if (left <= 0) call();
        else timer = setTimeout(wait, Math.min(left, longest), left - longest);
      },
      Math.min(delay, longest),
      delay - longest,
    );
    return () => clearTimeout(timer);
  },
};
