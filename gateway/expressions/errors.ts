/**
 * An expression that the gateway cannot execute: a syntax error, or a type, member or construct that API Management
 * refuses or that is not supported here. Found when the document is read, never while a request runs.
 */
export class ExpressionError extends Error {
  override name = 'ExpressionError';
  readonly document: string;
  /** The line in the document, from 1. */
  readonly line: number;

  constructor(document: string, line: number, message: string) {
    super(message);
    this.document = document;
    this.line = line;
  }
}
