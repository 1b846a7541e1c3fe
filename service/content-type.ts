import { posix } from 'node:path';

const contentTypes: Record<string, string> = {
  '.json': 'application/json',
  '.csv': 'text/csv',
  '.txt': 'text/plain',
};

/** The content type that a probe's body is sent with, by its file's name. */
export function contentTypeOf(file: string): string {
  return contentTypes[posix.extname(file).toLowerCase()] ?? 'application/octet-stream';
}
