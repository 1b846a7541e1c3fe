import type { ServiceDefinition } from '../../service/definition.ts';

/** What a server serves. */
export interface Served {
  /** A Plumber directory: `plumber.R` or `entrypoint.R` and what they read. */
  readonly directory: string;
  readonly definition: ServiceDefinition;
  /** The release that the directory holds, sent as `x-penstock-release`; undefined: it is none, and none is sent. */
  readonly release?: string | undefined;
}

/** What a release goes through before it is served, in this order; it is refused at the first that it fails. */
export type Step = 'pull' | 'definition' | 'load' | 'probes';

export interface StepOptions {
  readonly signal: AbortSignal;
  /** Told each step that begins. */
  readonly onStep: (step: Step) => void;
}

/** Where a server that follows something learns what it is to serve. */
export interface Source {
  /** For the status and the log. */
  readonly channel: string;
  /** The release that is promoted; undefined when nothing has changed since the last look. @throws when that cannot be told */
  look(signal: AbortSignal): Promise<string | undefined>;
  /**
   * Brings a release to this machine, whole and checked.
   * @throws StoreFailure when that may succeed later; another error when the release is not fit to be served
   */
  fetch(release: string, options: StepOptions): Promise<Served>;
  /** Removes other releases than these from this machine, unless another process uses them. */
  keepOnly(releases: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
