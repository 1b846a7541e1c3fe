import type { IncomingMessage } from 'node:http';
import type { ByteStream } from './body.ts';

/** The caller's body on its way in. */
export class RequestStream implements ByteStream {
  readonly incoming: IncomingMessage;

  constructor(incoming: IncomingMessage) {
    this.incoming = incoming;
  }

  collect(limit = Infinity): Promise<{ length: number; bytes: Buffer | undefined }> {
    const { incoming } = this;
    return new Promise((resolve, reject) => {
      let chunks: Buffer[] = [];
      let length = 0;
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= limit) chunks.push(chunk);
        else chunks = [];
      });
      incoming.once('end', () =>
        resolve({
          length,
          bytes: length > limit ? undefined : chunks.length === 1 ? chunks[0] : Buffer.concat(chunks),
        }),
      );
      incoming.once('error', reject);
    });
  }
}
