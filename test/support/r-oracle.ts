import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface OracleAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** One R process with jsonlite and Plumber, which tells how they read and answer. Questions are answered in turn. */
export class ROracle {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  readonly #waiting: ((line: string) => void)[] = [];

  constructor() {
    const script = fileURLToPath(new URL('r-oracle.R', import.meta.url));
    this.#process = spawn('Rscript', ['--vanilla', script], { stdio: 'pipe' });
    this.#process.stderr.pipe(process.stderr, { end: false });
    this.#lines = createInterface({ input: this.#process.stdout });
    // Plumber prints the errors of handlers, so not every line is for us.
    this.#lines.on('line', (line) => line.startsWith('answer ') && this.#waiting.shift()?.(line.slice(7)));
    this.#lines.on('close', () => {
      for (const give of this.#waiting.splice(0)) give(encode({ error: 'R ended' }));
    });
  }

  /** Whether the rows of each part, cut out of the merged body's table, are identical to the part's own table. */
  async slices(parts: readonly string[], merged: string, field = 'df', mixed = false): Promise<boolean[]> {
    return (await this.#ask({ verb: 'slices', parts, merged, field, mixed })) as boolean[];
  }

  /** The columns of each body's table and their R types. */
  async types(bodies: readonly string[], field = 'df'): Promise<{ names: string[]; types: string[] }[]> {
    return (await this.#ask({ verb: 'types', bodies, field })) as { names: string[]; types: string[] }[];
  }

  /** Makes a Plumber router of R source text. */
  async define(name: string, source: string): Promise<void> {
    await this.#ask({ verb: 'define', name, source });
  }

  /** Makes a Plumber router of a file. */
  async plumb(name: string, file: string): Promise<void> {
    await this.#ask({ verb: 'plumb', name, file });
  }

  /** The OpenAPI document that Plumber writes for a router. */
  async openapi(router: string): Promise<string> {
    const { body } = (await this.#ask({ verb: 'openapi', router })) as { body: string };
    return Buffer.from(body, 'base64').toString();
  }

  /** Calls a router in the R process, without a socket. */
  async call(router: string, path: string, body: string, query = ''): Promise<OracleAnswer> {
    const answer = await this.#ask({ verb: 'call', router, method: 'POST', path, query, body });
    const {
      status,
      headers,
      body: content,
    } = answer as { status: number; headers: Record<string, string>; body: string };
    return { status, headers, body: Buffer.from(content, 'base64') };
  }

  /** Ends the process. */
  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.stdin.end();
    await gone;
  }

  async #ask(question: object): Promise<unknown> {
    const line = await new Promise<string>((resolve) => {
      this.#waiting.push(resolve);
      this.#process.stdin.write(encode(question) + '\n');
    });
    const { value, error } = JSON.parse(Buffer.from(line, 'base64').toString()) as { value: unknown; error?: string };
    if (error !== undefined) throw new Error(`R: ${error}`);
    return value;
  }
}

function encode(message: object): string {
  return Buffer.from(JSON.stringify(message)).toString('base64');
}
