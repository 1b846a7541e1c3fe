import type { Milliseconds } from '../service/units.ts';

/** Gives up on a call that makes no progress: a server that is silent would otherwise be waited for without end. */
export interface Patience {
  /** For the call: it is aborted by the caller's own signal, or when patience is at its end. */
  readonly signal: AbortSignal;
  /** Whether it was patience that came to its end. */
  readonly lost: boolean;
  /** Something has moved: start counting anew. */
  renew(this: void): void;
  /** The call is over. */
  end(this: void): void;
}

/**
 * @param limit how long nothing may move
 * @param held whether it is we who hold the call up; then no time counts
 */
export function patience(
  limit: Milliseconds,
  outer: AbortSignal | undefined,
  held: () => boolean = () => false,
): Patience {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    if (held()) timer.refresh();
    else silence.abort();
  }, limit);
  return {
    signal: outer === undefined ? silence.signal : AbortSignal.any([outer, silence.signal]),
    get lost() {
      return silence.signal.aborted;
    },
    renew: () => void timer.refresh(),
    end: () => clearTimeout(timer),
  };
}
