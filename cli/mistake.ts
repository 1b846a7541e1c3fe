/**
 * Whether an error is the user's mistake, to be shown by its message alone. By name, because the gateway stands alone
 * and has an error class of its own.
 */
export function isMistake(error: unknown): error is Error {
  return error instanceof Error && error.name.endsWith('UserError');
}
