import type { Socket } from 'node:net';
import { Pipeline } from './pipeline.ts';

/** One caller's connection: how many answers it may still carry, and the requests on it that wait for theirs. */
export class Lease {
  readonly pipeline: Pipeline;
  #left: number;

  constructor(socket: Socket, answers: number) {
    this.pipeline = new Pipeline(socket);
    this.#left = answers;
  }

  /**
   * An answer begins. Returns whether it shall be the connection's last: not while further requests have come on it, which
   * would go unanswered.
   */
  endsNow(): boolean {
    this.#left -= 1;
    return this.#left <= 0 && this.pipeline.open <= 1;
  }
}

/**
 * Ends kept connections, in good order (`Connection: close`), after a number of answers: callers connect anew, and a
 * balancer that only sees connections can spread them over the replicas that there are now.
 */
export class Recycling {
  readonly #answers: number;
  readonly #random: () => number;
  readonly #leases = new WeakMap<Socket, Lease>();

  /**
   * @param answers a connection's last is within a tenth of this one, so that those opened together don't end together;
   *   0: connections are kept
   * @param random from 0 to 1
   */
  constructor(answers: number, random: () => number = Math.random) {
    this.#answers = answers === 0 ? Infinity : answers;
    this.#random = random;
  }

  leaseOf(socket: Socket): Lease {
    let lease = this.#leases.get(socket);
    if (lease === undefined) {
      lease = new Lease(socket, Math.max(1, Math.round(this.#answers * (0.9 + 0.2 * this.#random()))));
      this.#leases.set(socket, lease);
    }
    return lease;
  }
}
