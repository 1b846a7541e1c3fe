import { InvalidArgumentError } from 'commander';

/** Reads a port from the command line; 0 means a free one. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65536) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}
