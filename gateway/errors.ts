/**
 * A mistake in what the user gave us: the configuration, a policy document, a port. The message is the whole story, so
 * the command line prints it alone and exits with 1.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/** One mistake in one document. */
export interface Problem {
  /** The document's name as its user knows it: a path relative to the configuration. */
  readonly document: string;
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

/** Policy documents that this gateway can't execute, with every reason found, in the order of the documents. */
export class DocumentError extends UserError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const documents = [...new Set(problems.map(({ document }) => document))];
    const sorted = documents.flatMap((document) =>
      problems.filter((problem) => problem.document === document).sort((a, b) => a.line - b.line),
    );
    const lines = sorted.map(({ document, line, message }) => `${document}:${line}: ${message}`);
    super([...new Set(lines)].join('\n'));
    this.problems = sorted;
  }
}
