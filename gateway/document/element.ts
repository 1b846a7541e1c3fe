/** A literal, or a policy expression from `@(` or `@{` to its closing bracket, entities decoded. */
export interface Content {
  readonly kind: 'literal' | 'expression';
  readonly text: string;
  readonly line: number;
}

/** One element of a policy document, with its place in the document as written. */
export interface Element {
  readonly name: string;
  /** Counted from 1, both. */
  readonly line: number;
  readonly column: number;
  readonly attributes: ReadonlyMap<string, Content>;
  readonly children: readonly Element[];
  /** The element's own text, child elements left out; a literal of white space when there is none. */
  readonly text: Content;
  /** What stands between the tags, as written. */
  readonly inner: string;
}
