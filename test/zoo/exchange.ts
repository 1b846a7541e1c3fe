import { connect } from 'node:net';

/** One header line as it stood on the wire: name with its own case, value as latin1 text. */
export type HeaderLine = readonly [name: string, value: string];

/** One answer as it stood on the wire, its framing undone. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer;
  /** Bytes after the end that the framing declares: httpuv sends a body with many HEAD answers. */
  readonly excess: number;
}

/** Nothing that parses as an HTTP answer came back. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
  /** Not even the end of the connection: whoever was asked is stuck. */
  readonly silent: boolean;

  constructor(message: string, received: Buffer, silent = false) {
    const start = JSON.stringify(received.toString('latin1').slice(0, 200));
    super(`${message}; received ${received.length} bytes: ${start}`);
    this.silent = silent;
  }
}

/**
 * Sends the bytes on a connection of their own and reads until the other side closes it, which every request here asks
 * for with `Connection: close`. Node's own client can't be used: it rejects the bodies that httpuv sends after HEAD.
 *
 * @param pieces Written one after the other, each once the one before has been handed to the kernel.
 * @returns Everything that came back.
 * @throws When the connection can't be made, or stays silent for `silence` milliseconds.
 */
export async function sendBytes(port: number, pieces: readonly Uint8Array[], silence = 20_000): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.setTimeout(silence, () => {
      socket.destroy();
      reject(new NoAnswer(`silent for ${silence} ms`, Buffer.concat(received), true));
    });
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server that refuses a body may reset the connection while we still write; what it said before that counts.
      if (error.syscall === 'connect') reject(error);
    });
    socket.on('close', () => {
      resolve(Buffer.concat(received));
    });
    const write = (index: number): void => {
      const piece = pieces[index];
      if (piece) socket.write(piece, () => setImmediate(write, index + 1));
    };
    write(0);
  });
}

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * @param method Of the request: an answer to HEAD has no body, whatever its headers say.
 * @returns The first final answer in the bytes (1xx are skipped) and what follows it.
 * @throws NoAnswer when there is none, or when it ends before its framing says.
 */
export function readAnswer(bytes: Buffer, method: string): { answer: Answer; rest: Buffer } {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) throw new NoAnswer('no end of headers', bytes);
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const match = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(statusLine);
  if (!match) throw new NoAnswer(`not a status line: ${JSON.stringify(statusLine)}`, bytes);
  const status = Number(match[1]);
  const after = bytes.subarray(end + HEAD_END.length);
  if (status < 200) return readAnswer(after, method);

  const headers = lines.map((line): HeaderLine => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const { body, rest } = unframe(after, headers, method, status);
  return { answer: { status, reason: match[2] ?? '', headers, body, excess: rest.length }, rest };
}

function unframe(
  after: Buffer,
  headers: readonly HeaderLine[],
  method: string,
  status: number,
): { body: Buffer; rest: Buffer } {
  const header = (name: string) => headers.find(([key]) => key.toLowerCase() === name)?.[1];
  if (method === 'HEAD' || status === 204 || status === 304) return { body: Buffer.alloc(0), rest: after };
  if (header('transfer-encoding')?.toLowerCase() === 'chunked') return unchunk(after);
  const length = header('content-length');
  if (length === undefined) return { body: after, rest: Buffer.alloc(0) };
  if (after.length < Number(length)) throw new NoAnswer(`body shorter than Content-Length ${length}`, after);
  return { body: after.subarray(0, Number(length)), rest: after.subarray(Number(length)) };
}

function unchunk(bytes: Buffer): { body: Buffer; rest: Buffer } {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd < 0 ? NaN : parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size) || bytes.length < lineEnd + size + 4) throw new NoAnswer('broken chunking', bytes);
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + size + 4;
    if (size === 0) return { body: Buffer.concat(chunks), rest: bytes.subarray(at) };
  }
}
