import { gzipSync } from 'node:zlib';
import { headerOf } from './headers.ts';

/** Whether httpuv would compress its answer: where Accept-Encoding says `gzip` in any way (HttpResponse::writeResponse). */
export function wantsGzip(headers: readonly string[]): boolean {
  return headerOf(headers, 'accept-encoding')?.includes('gzip') === true;
}

/** Whether the API has encoded its answer itself: then httpuv leaves it alone. */
export function isEncoded(headers: readonly string[]): boolean {
  return headerOf(headers, 'content-encoding') !== undefined;
}

/** The request's headers such that R answers in plain text, which can be split, joined and rewritten. */
export function askingPlain(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]!.toLowerCase() !== 'accept-encoding') kept.push(headers[i]!, headers[i + 1]!);
  }
  return kept;
}

/**
 * A plain answer as httpuv would have sent it to a caller that takes gzip: compressed, `Content-Encoding` in the place of
 * `Content-Length`. The compressed bytes may differ from those of R's zlib; what they hold does not.
 */
export function compressed(headers: readonly string[], body: Buffer): { headers: string[]; body: Buffer } {
  const encoded: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]!.toLowerCase() === 'content-length') encoded.push('Content-Encoding', 'gzip');
    else encoded.push(headers[i]!, headers[i + 1]!);
  }
  return { headers: encoded, body: gzipSync(body) };
}
