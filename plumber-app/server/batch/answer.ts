/** A whole answer of R's; headers are names and values by turns. */
export interface Answer {
  readonly status: number;
  readonly message: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** How one call to R ended. */
export type Outcome = { readonly kind: 'answered'; readonly answer: Answer } | Failed;

/** There is no answer, and perhaps more is known of why. */
export interface Failed {
  readonly kind: 'failed';
  /**
   * `died`: the worker ended during the call; `timeout`: it took too long and was ended; `malformed`: it was not made;
   * `unspeakable`: HTTP cannot express what R answered.
   */
  readonly reason: 'died' | 'timeout' | 'malformed' | 'unspeakable';
  readonly detail?: string;
}

/** The headers that say something about the answer as such: all but Date and Content-Length. */
export function lastingHeaders(headers: readonly string[]): string[] {
  const lasting: string[] = [];
  for (let i = 0; i < headers.length; i += 2) if (isLasting(headers[i]!)) lasting.push(headers[i]!, headers[i + 1]!);
  return lasting;
}

/** Whether an answer's lasting headers are exactly these, in this order. */
export function hasHeaders(headers: readonly string[], lasting: readonly string[]): boolean {
  let found = 0;
  for (let i = 0; i < headers.length; i += 2) {
    if (!isLasting(headers[i]!)) continue;
    if (headers[i] !== lasting[found] || headers[i + 1] !== lasting[found + 1]) return false;
    found += 2;
  }
  return found === lasting.length;
}

/** The same headers for a body of another length. */
export function withLength(headers: readonly string[], length: number): string[] {
  const copy = [...headers];
  for (let i = 0; i < copy.length; i += 2) if (isContentLength(copy[i]!)) copy[i + 1] = String(length);
  return copy;
}

function isLasting(name: string): boolean {
  return !isContentLength(name) && !(name.length === 4 && name.toLowerCase() === 'date');
}

function isContentLength(name: string): boolean {
  return name.length === 14 && name.toLowerCase() === 'content-length';
}
