import { StringDecoder } from 'node:string_decoder';

/** A line longer than this, in characters, is handed on in pieces: what R prints must not fill our memory. */
const longestLine = 64 * 1024;

/** Cuts a stream of bytes into lines of text; the last one may lack its line feed. */
export class Lines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(bytes: Buffer): void {
    this.#rest += this.#decoder.write(bytes);
    let start = 0;
    for (let end; (end = this.#rest.indexOf('\n', start)) >= 0; start = end + 1) {
      this.#onLine(this.#rest.slice(start, end));
    }
    this.#rest = this.#rest.slice(start);
    if (this.#rest.length > longestLine) this.end();
  }

  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest);
    this.#rest = '';
  }
}
