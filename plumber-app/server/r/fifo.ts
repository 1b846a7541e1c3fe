import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { Lines } from './lines.ts';

/**
 * A named pipe that R writes to and we read line by line. R can open a path as a file but not an inherited socket, and
 * the pipes that Node gives its children are sockets.
 */
export class Fifo {
  readonly path: string;
  /** Settles when every writer is gone and everything they wrote has been read. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  #ownWriter: number | undefined;

  private constructor(path: string, onLine: (line: string) => void) {
    this.path = path;
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    // Without a writer the pipe would be at its end before R has opened it.
    this.#ownWriter = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    this.#socket = new Socket({ fd: reader, readable: true, writable: false });
    const lines = new Lines(onLine);
    this.#socket.on('data', (bytes) => lines.write(bytes));
    this.#socket.on('error', () => this.#socket.destroy());
    this.ended = new Promise((resolve) => {
      this.#socket.on('close', () => {
        lines.end();
        resolve();
      });
    });
  }

  static async make(path: string, onLine: (line: string) => void): Promise<Fifo> {
    await promisify(execFile)('mkfifo', ['-m', '600', path]);
    return new Fifo(path, onLine);
  }

  /** R has opened the pipe: from now on it ends when R's end does. */
  opened(): void {
    if (this.#ownWriter !== undefined) closeSync(this.#ownWriter);
    this.#ownWriter = undefined;
  }

  close(): void {
    this.opened();
    this.#socket.destroy();
  }
}
