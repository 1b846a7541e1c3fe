import type { Logger } from 'pino';
import { StoreFailure } from '../../releases/failure.ts';
import type { Milliseconds } from '../../service/units.ts';
import type { Served, Source, Step, StepOptions } from './source.ts';

/** The longest pause before a release is tried again whose pull has failed with the store. */
const longestPause: Milliseconds = 60_000;

/** A release that failed a step, and what is known of it. */
export interface RefusedRelease {
  readonly release: string;
  readonly step: Step;
  readonly reason: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** A release on its way. */
export interface LoadingRelease {
  readonly release: string;
  readonly step: Step;
  /** ISO 8601 in UTC. */
  readonly since: string;
}

/** What has become of a look at the channel. */
export type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'swapped' }
  | { readonly kind: 'refused'; readonly refused: RefusedRelease }
  /** The channel has moved on meanwhile, or the server stops. */
  | { readonly kind: 'abandoned' }
  /** The store is away. */
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface FollowerOptions {
  readonly source: Source;
  /** The pause between two looks; each is up to a fifth shorter or longer, so that the pods of a fleet spread. */
  readonly every: Milliseconds;
  /** From 0 to 1. */
  readonly random?: (() => number) | undefined;
  /** A steady clock. */
  readonly now: () => Milliseconds;
  readonly logger: Logger;
  /** The release that is served. */
  serving(): string | undefined;
  /** Serves this from now on; rejects, and nothing has changed, when it does not load, fails a probe, or the signal aborts. */
  swap(served: Served, options: StepOptions): Promise<unknown>;
  /** What is being loaded, or refused, or served has changed. */
  onChange(): void;
  onOutcome(outcome: Outcome['kind']): void;
}

interface Attempt {
  readonly release: string;
  readonly since: string;
  readonly stop: AbortController;
  step: Step;
  done: Promise<Outcome>;
}

/**
 * Follows a channel: looks what is promoted there, brings it here and has it served. A release that fails is refused and
 * not tried again until the channel changes, or somebody asks; what is served stays.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  /** What the channel points to, once it has changed since the start. */
  #wanted: string | undefined;
  /** A refused release may be tried once more: the channel has been written again, or somebody asks. */
  #isForgiven = false;
  #attempt: Attempt | undefined;
  #refused: RefusedRelease | undefined;
  #failures = 0;
  #retryAt: Milliseconds = 0;
  /** Why the channel cannot be read. */
  #trouble: string | undefined;
  #checkedAt: string | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  start(): void {
    const { every, random = Math.random } = this.#options;
    this.#timer = setTimeout(
      () => {
        void this.#look().then(() => {
          if (this.#stopping.signal.aborted) return;
          this.#pursue();
          this.start();
        });
      },
      every * (0.8 + 0.4 * random()),
    );
  }

  get refused(): RefusedRelease | undefined {
    return this.#refused;
  }

  get loading(): LoadingRelease | undefined {
    if (this.#attempt === undefined) return undefined;
    const { release, step, since } = this.#attempt;
    return { release, step, since };
  }

  status(): object {
    return {
      channel: this.#options.source.channel,
      checkedAt: this.#checkedAt ?? null,
      trouble: this.#trouble ?? null,
      loading: this.loading ?? null,
    };
  }

  /** Looks at once, tries a refused release again, and resolves when that has come to an end. */
  async refresh(): Promise<Outcome> {
    await this.#look();
    if (this.#trouble !== undefined) return { kind: 'unreachable', reason: this.#trouble };
    this.#isForgiven ||= this.#attempt === undefined;
    this.#retryAt = 0;
    let outcome: Outcome = { kind: 'unchanged' };
    for (let attempt = this.#pursue(); attempt !== undefined; attempt = this.#pursue()) outcome = await attempt.done;
    return outcome;
  }

  /** Looks no more, and abandons what is being loaded. */
  async close(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#attempt?.done;
  }

  /** One look at a time: an older answer must not win over a newer. */
  #look(): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      const { source, logger } = this.#options;
      const { channel } = source;
      try {
        const promoted = await source.look(this.#stopping.signal);
        this.#checkedAt = new Date().toISOString();
        if (this.#trouble !== undefined) logger.info({ channel }, 'the channel can be read again');
        this.#trouble = undefined;
        if (promoted === undefined) return;
        this.#wanted = promoted;
        this.#isForgiven = true;
        this.#failures = 0;
        this.#retryAt = 0;
      } catch (error) {
        const reason = (error as Error).message;
        if (this.#trouble !== reason) logger.warn({ channel, reason }, 'the channel cannot be read');
        this.#trouble = reason;
      }
    });
    return this.#looking;
  }

  /** Has what is wanted served. Returns the attempt under way; undefined when there is nothing to do (now). */
  #pursue(): Attempt | undefined {
    const wanted = this.#wanted;
    if (wanted === undefined || this.#stopping.signal.aborted) return this.#attempt;
    if (this.#attempt !== undefined) {
      if (this.#attempt.release !== wanted) this.#attempt.stop.abort();
      return this.#attempt;
    }
    if (wanted === this.#options.serving()) {
      this.#forget();
      return undefined;
    }
    const isRefused = this.#refused?.release === wanted && !this.#isForgiven;
    if (isRefused || this.#options.now() < this.#retryAt) return undefined;
    return this.#begin(wanted);
  }

  /** Back to what is served: what was refused does not matter any more. */
  #forget(): void {
    if (this.#refused === undefined) return;
    this.#refused = undefined;
    this.#options.onChange();
  }

  #begin(release: string): Attempt {
    this.#isForgiven = false;
    const since = new Date().toISOString();
    const attempt: Attempt = {
      release,
      since,
      stop: new AbortController(),
      step: 'pull',
      done: Promise.resolve({ kind: 'abandoned' }),
    };
    this.#attempt = attempt;
    attempt.done = this.#try(attempt).then((outcome) => {
      this.#attempt = undefined;
      this.#options.onOutcome(outcome.kind);
      this.#options.onChange();
      // The channel may have moved on meanwhile.
      this.#pursue();
      return outcome;
    });
    this.#options.logger.info({ release, serving: this.#options.serving() }, 'a release was promoted');
    this.#options.onChange();
    return attempt;
  }

  async #try(attempt: Attempt): Promise<Outcome> {
    const { source, logger } = this.#options;
    const { release } = attempt;
    const signal = AbortSignal.any([attempt.stop.signal, this.#stopping.signal]);
    const options: StepOptions = { signal, onStep: (step) => (attempt.step = step) };
    try {
      await this.#options.swap(await source.fetch(release, options), options);
      this.#refused = undefined;
      this.#failures = 0;
      logger.info({ release }, 'the release is served');
      return { kind: 'swapped' };
    } catch (error) {
      if (signal.aborted) {
        logger.info({ release, step: attempt.step }, 'the release is abandoned');
        return { kind: 'abandoned' };
      }
      return error instanceof StoreFailure ? this.#later(release, error) : this.#refuse(attempt, error as Error);
    }
  }

  #later(release: string, error: StoreFailure): Outcome {
    const { every, now, logger } = this.#options;
    const pause = Math.min(longestPause, every * 2 ** this.#failures);
    this.#failures += 1;
    this.#retryAt = now() + pause;
    logger.warn({ release, reason: error.message, retryIn: pause }, 'the release cannot be pulled now');
    return { kind: 'unreachable', reason: error.message };
  }

  #refuse({ release, step }: Attempt, error: Error): Outcome {
    this.#refused = { release, step, reason: error.message, at: new Date().toISOString() };
    this.#options.logger.error({ release, step, err: error }, 'the release is refused');
    return { kind: 'refused', refused: this.#refused };
  }
}
