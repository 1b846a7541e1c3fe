/**
 * A JSON text as a tree whose scalars are the text they were written as, and whose names stay in their order: a text
 * that is read and printed is the same but for white space. `JSON.parse` would sort names like `404` in front of others,
 * and print numbers anew.
 */
export type Tree = ObjectTree | Tree[] | Raw;

/** A string, a number, `true`, `false` or `null`, as it is written. */
export interface Raw {
  readonly text: string;
}

/** Names, decoded, and what they stand for, in the order of the text. */
export type ObjectTree = Map<string, Tree>;

/**
 * Reads a JSON text.
 *
 * @throws SyntaxError when it is none.
 */
export function readTree(text: string): Tree {
  JSON.parse(text);
  const tokens = text.match(TOKENS) ?? [];
  let at = 0;
  const read = (): Tree => {
    const token = tokens[at++]!;
    if (token === '[') {
      const list: Tree[] = [];
      while (tokens[at] !== ']') {
        list.push(read());
        if (tokens[at] === ',') at++;
      }
      at++;
      return list;
    }
    if (token !== '{') return { text: token };
    const object: ObjectTree = new Map();
    while (tokens[at] !== '}') {
      const name = JSON.parse(tokens[at]!) as string;
      at += 2;
      object.set(name, read());
      if (tokens[at] === ',') at++;
    }
    at++;
    return object;
  };
  return read();
}

const TOKENS = /[[\]{},:]|"(?:[^"\\]|\\.)*"|[^\s[\]{},:"]+/g;

/** The text of a tree, without white space. */
export function printTree(tree: Tree): string {
  if (Array.isArray(tree)) return `[${tree.map(printTree).join(',')}]`;
  if (!(tree instanceof Map)) return tree.text;
  return `{${[...tree].map(([name, value]) => `${JSON.stringify(name)}:${printTree(value)}`).join(',')}}`;
}

/** The tree of a value. */
export function treeOf(value: unknown): Tree {
  return readTree(JSON.stringify(value));
}

/** The value of a tree. */
export function valueOf(tree: Tree | undefined): unknown {
  return tree === undefined ? undefined : JSON.parse(printTree(tree));
}

/** The object under a name; undefined when there is none. */
export function objectAt(tree: Tree | undefined, ...names: string[]): ObjectTree | undefined {
  let at = tree;
  for (const name of names) at = at instanceof Map ? at.get(name) : undefined;
  return at instanceof Map ? at : undefined;
}
