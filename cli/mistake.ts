/**
 * Whether an error is to be shown by its message alone: the user's mistake, or a file or a port that the system did not
 * give, which it names. By name, because the gateway stands alone and has an error class of its own.
 */
export function isMistake(error: unknown): error is Error {
  return error instanceof Error && (error.name.endsWith('UserError') || 'syscall' in error);
}
