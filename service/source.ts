import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';

/** A mistake at a place in a YAML file. */
export interface Mistake {
  /** From the top of the document: keys and list indices. */
  readonly path: readonly (string | number)[];
  /** What is wrong, or what is expected there. */
  readonly message: string;
  /** What stands there instead; absent when the message says it all. */
  readonly got?: unknown;
}

/** A YAML text, its value, and where in the text each part of the value stands. */
export interface Source {
  readonly value: unknown;
  /** Mistakes in the YAML itself, each a whole line: `FILE:LINE: what is wrong`. */
  readonly syntaxErrors: readonly string[];
  /** The mistakes in the file's order, each a line: `FILE:LINE: path.to.key: what is expected (got …)`. */
  describe(mistakes: readonly Mistake[]): string;
}

/** Reads one YAML document. Never throws: what is wrong is in `syntaxErrors`, and then `value` is not to be used. */
export function readYaml(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => `${file}:${lines.linePos(offset).line}`;
  const syntaxErrors = document.errors.map(({ pos, code, message }) => {
    return `${at(pos[0])}: ${code === 'MULTIPLE_DOCS' ? 'expected one YAML document, and no second after a line of ---' : message}`;
  });
  return {
    value: syntaxErrors.length === 0 ? valueOf(document, syntaxErrors, file) : undefined,
    syntaxErrors,
    describe: (mistakes) =>
      mistakes
        .map((mistake) => ({ mistake, offset: offsetOf(document, mistake.path) }))
        .sort((a, b) => a.offset - b.offset)
        .map(({ mistake, offset }) => `${at(offset)}: ${sentence(mistake)}`)
        .join('\n'),
  };
}

/** Text of a wrong value, cut short. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function valueOf(document: Document, errors: string[], file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    errors.push(`${file}:1: ${(error as Error).message}`);
    return undefined;
  }
}

function sentence({ path, message, got }: Mistake): string {
  const where = path.length === 0 ? '' : `${path.map(label).join('.').replaceAll('.[', '[')}: `;
  return `${where}${message}${got === undefined ? '' : ` (got ${shown(got)})`}`;
}

function label(part: string | number): string {
  return typeof part === 'number' ? `[${part}]` : part;
}

/** Where a value starts, a mapping's value at its key; for a part that is absent, its nearest ancestor. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: [number, number, number] | null } | null | undefined)?.range?.[0];
}
