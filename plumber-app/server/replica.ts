import type { Logger } from 'pino';
import { parseReleaseId } from '../../releases/id.ts';
import { heartbeat, removeReplicaReport, writeReplicaReport, type ReplicaReport } from '../../releases/replicas.ts';
import type { Store } from '../../releases/store.ts';
import type { Milliseconds } from '../../service/units.ts';

/** How long the store may take to forget a report while the server stops. */
const forgottenWithin: Milliseconds = 5_000;

/** What a replica says of itself, times aside. */
export type ReplicaState = Pick<ReplicaReport, 'release' | 'state' | 'detail' | 'previous'>;

export interface ReplicaOptions {
  readonly store: Store;
  /** The pod's name, or another that no other replica of the service has. */
  readonly pod: string;
  /** The channel that it follows, if any. */
  readonly channel?: string | undefined;
  /** The pause between two reports of the same; 30 s unless told. */
  readonly every?: Milliseconds | undefined;
  /** Date and time; the machine's unless told. */
  readonly date?: (() => Date) | undefined;
}

/**
 * Keeps the report of this replica up to date: writes it when something changes and, to show that we live, at intervals.
 * A store that is away costs nothing but a line in the log.
 */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #logger: Logger;
  readonly #ending = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;
  #said: ReplicaState | undefined;
  #since = '';
  #writing: Promise<void> | undefined;
  #isStale = false;
  #isAway = false;
  #isClosed = false;
  #isForgotten = false;

  constructor(options: ReplicaOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#heartbeat = setInterval(() => this.#write(), options.every ?? heartbeat).unref();
  }

  /** Reports this from now on. */
  say(state: ReplicaState): void {
    if (isSame(state, this.#said)) return;
    this.#said = state;
    this.#since = this.#date();
    this.#write();
  }

  /** Stops reporting. @param options.forget also removes the report: the replica goes in good order */
  async close({ forget }: { forget: boolean }): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isForgotten = forget;
    clearInterval(this.#heartbeat);
    const late = setTimeout(() => this.#ending.abort(), forgottenWithin);
    try {
      // A report that is still on its way would arrive after its removal.
      while (this.#writing !== undefined) await this.#writing;
      if (forget && this.#said !== undefined) {
        const { service } = parseReleaseId(this.#said.release);
        await removeReplicaReport(this.#options.store, service, this.#options.pod, { signal: this.#ending.signal });
      }
    } catch (error) {
      this.#logger.warn({ reason: (error as Error).message }, 'the replica report was not removed');
    } finally {
      clearTimeout(late);
    }
  }

  /** Stops reporting at once. */
  abort(): void {
    this.#isClosed = this.#isForgotten = true;
    clearInterval(this.#heartbeat);
    this.#ending.abort();
  }

  /** One report at a time; what has changed meanwhile follows. */
  #write(): void {
    if (this.#writing !== undefined) {
      this.#isStale = true;
      return;
    }
    if (this.#said === undefined) return;
    this.#isStale = false;
    this.#writing = this.#send(this.#said).finally(() => {
      this.#writing = undefined;
      if (this.#isStale && !this.#isForgotten) this.#write();
    });
  }

  async #send(said: ReplicaState): Promise<void> {
    const { store, pod, channel } = this.#options;
    const { service } = parseReleaseId(said.release);
    try {
      const report = { ...said, service, pod, channel, since: this.#since, updatedAt: this.#date() };
      await writeReplicaReport(store, report, { signal: this.#ending.signal });
      if (this.#isAway) this.#logger.info('the replica report is written again');
      this.#isAway = false;
    } catch (error) {
      if (!this.#isAway) this.#logger.warn({ reason: (error as Error).message }, 'the replica report was not written');
      this.#isAway = true;
    }
  }

  #date(): string {
    return (this.#options.date?.() ?? new Date()).toISOString();
  }
}

function isSame(a: ReplicaState, b: ReplicaState | undefined): boolean {
  return a.release === b?.release && a.state === b.state && a.detail === b.detail && a.previous === b.previous;
}
