import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { MessageBody } from '../context.ts';
import type { Headers } from '../headers.ts';

/** Bytes that have not been read yet: the caller's request or the backend's response. */
export interface ByteStream {
  /**
   * Reads to the end. Beyond `limit` bytes nothing is kept, only counted.
   * @throws what the connection failed with
   */
  collect(limit?: number): Promise<{ length: number; bytes: Buffer | undefined }>;
}

/**
 * A message's body: streamed through untouched as long as no policy asks for it, held in memory from then on.
 */
export class Body<Stream extends ByteStream = ByteStream> implements MessageBody {
  readonly #headers: Headers;
  #stream: Stream | undefined;
  #bytes: Buffer | undefined;
  /** Policies that run at the same time wait for the same bytes. */
  #buffering: Promise<number> | undefined;
  #decoded: Buffer | undefined;

  private constructor(headers: Headers, stream: Stream | undefined, bytes: Buffer | undefined) {
    this.#headers = headers;
    this.#stream = stream;
    this.#bytes = bytes;
  }

  static of(bytes: Buffer, headers: Headers): Body<never> {
    return new Body<never>(headers, undefined, bytes);
  }

  static streaming<Stream extends ByteStream>(stream: Stream, headers: Headers): Body<Stream> {
    return new Body(headers, stream, undefined);
  }

  get contentType(): string | undefined {
    return this.#headers.get('content-type');
  }

  /** The bytes as they travel, compressed if they are; undefined while they are not in memory. */
  get bytes(): Buffer | undefined {
    return this.#bytes;
  }

  /** Bytes that are not in memory; undefined once they are, or have been sent. */
  get stream(): Stream | undefined {
    return this.#stream;
  }

  /** Hands the stream over to whoever sends it on; the body can't be sent again. */
  takeStream(): Stream | undefined {
    const stream = this.#stream;
    this.#stream = undefined;
    return stream;
  }

  /** Brings the body into memory; over `limit` bytes it is read but not kept. Returns its length. */
  async buffer(limit?: number): Promise<number> {
    if (this.#stream) {
      const collecting = this.takeStream()!.collect(limit);
      this.#buffering = collecting.then(({ bytes, length }) => {
        this.#bytes = bytes;
        return length;
      });
    }
    return (await this.#buffering) ?? this.#bytes?.length ?? 0;
  }

  /** As API Management does, hands policies the content without its compression. */
  read(preserveContent: boolean): Buffer {
    if (!this.#bytes) throw new Error("the message's body has been sent already");
    const content = (this.#decoded ??= decode(this.#bytes, this.#headers.get('content-encoding')));
    if (!preserveContent) this.#bytes = this.#decoded = Buffer.alloc(0);
    return content;
  }
}

function decode(bytes: Buffer, encoding: string | undefined): Buffer {
  if (bytes.length === 0) return bytes;
  switch (encoding?.toLowerCase()) {
    case 'gzip':
      return gunzipSync(bytes);
    case 'deflate':
      return inflateSync(bytes);
    case 'br':
      return brotliDecompressSync(bytes);
    default:
      return bytes;
  }
}
