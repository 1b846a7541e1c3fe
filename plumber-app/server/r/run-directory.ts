import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a Unix socket's path may be long on macOS, whose limit is the lowest; the longest name of ours taken off. */
const longestDirectory = 103 - '/99/worker-4294967295'.length;

/**
 * Makes a directory of our own, open to our user alone, for the sockets and pipes of one server. Its path is short
 * enough for a socket's, wherever TMPDIR points.
 */
export async function makeRunDirectory(): Promise<string> {
  const name = 'penstock-XXXXXX';
  const parent = join(tmpdir(), name).length <= longestDirectory ? tmpdir() : '/tmp';
  return mkdtemp(join(parent, name.slice(0, -6)));
}
