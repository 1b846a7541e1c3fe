import { mergeKey, type Mergeable } from './batch/key.ts';
import type { Job } from './job.ts';
import { Lane } from './queue.ts';
import type { Signature } from './rows/layout.ts';

/** Lanes are kept when they run empty, since they are soon needed again; beyond so many, the empty ones are dropped. */
const mostLanes = 512;
/** Requests of more text around their rows than this merge with none: what would be kept of them could fill the memory. */
const longestKey = 8192;

/** A request and its lane, as far as the next one is compared with it. */
interface Latest {
  readonly target: string;
  readonly contentType: string | undefined;
  readonly head: string;
  readonly tail: string;
  readonly lane: Lane<Job>;
}

/** The lanes of one route: requests of equal keys (batch/key.ts) share one. */
export class Lanes {
  readonly #field: string;
  readonly #headers: readonly string[];
  readonly #lanes = new Map<string, Lane<Job>>();
  /** The latest request of each signature. The next one is likely to differ in its rows alone, and then needs no key. */
  readonly #latest = new Map<Signature, Latest>();

  /**
   * @param field the field that holds the rows
   * @param headers those that the answer depends on, in lower case
   */
  constructor(field: string, headers: readonly string[]) {
    this.#field = field;
    this.#headers = headers;
  }

  /** The lane of a request; undefined when it may merge with none. */
  laneOf(request: Mergeable): Lane<Job> | undefined {
    const { target, contentType, scan } = request;
    const { head, signature, tail } = scan;
    if (signature === undefined) return undefined;
    const latest = this.#latest.get(signature);
    if (
      latest !== undefined &&
      latest.target === target &&
      latest.contentType === contentType &&
      latest.head === head &&
      latest.tail === tail
    ) {
      return latest.lane;
    }
    const key = mergeKey(request, this.#headers, this.#field);
    if (key === undefined || key.length > longestKey) return undefined;
    const lane = this.#lane(key);
    if (this.#headers.length === 0) this.#latest.set(signature, { target, contentType, head, tail, lane });
    return lane;
  }

  #lane(key: string): Lane<Job> {
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    if (this.#lanes.size >= mostLanes) {
      for (const [old, { length }] of this.#lanes) if (length === 0) this.#lanes.delete(old);
      this.#latest.clear();
    }
    const lane = new Lane<Job>(key);
    this.#lanes.set(key, lane);
    return lane;
  }
}
