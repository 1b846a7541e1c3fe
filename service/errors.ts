/**
 * A mistake in what the user gave us: a file, a flag, a name. The message is the whole story (what, where, what was
 * expected), so the command line prints it alone, without a stack trace, and exits with 1.
 */
export class UserError extends Error {
  override name = 'UserError';
}
