import type { Socket } from 'node:net';

/** A caller that has so many requests unanswered on one connection is not read from until half of them are answered. */
const mostOpen = 64;
/**
 * What has been read already is parsed all the same, some 64 KiB at a time. A connection with so many open requests has
 * found a way around, and ends.
 */
const farTooMany = 8192;

/** The requests on one caller's connection that have come and are not answered to the last byte. */
export class Pipeline {
  readonly #socket: Socket;
  /** Told when the connection closes: requests that have no part of it yet, since they wait behind others. */
  readonly #followers = new Set<() => void>();
  #open = 0;
  #isHeld = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Node reads on whenever an answer has left.
    socket.on('resume', () => this.#isHeld && socket.pause());
    socket.on('close', () => {
      for (const onClose of this.#followers) onClose();
    });
  }

  get open(): number {
    return this.#open;
  }

  /** A request has come. */
  enter(): void {
    this.#open += 1;
    if (this.#open < mostOpen) return;
    this.#isHeld = true;
    this.#socket.pause();
    if (this.#open >= farTooMany) this.#socket.destroy();
  }

  /** A request is answered, or its caller has left. */
  leave(): void {
    this.#open -= 1;
    if (!this.#isHeld || this.#open > mostOpen / 2) return;
    this.#isHeld = false;
    this.#socket.resume();
  }

  /** Calls `onClose` when the connection closes, until that is taken back. */
  follow(onClose: () => void): void {
    this.#followers.add(onClose);
  }

  unfollow(onClose: () => void): void {
    this.#followers.delete(onClose);
  }
}
