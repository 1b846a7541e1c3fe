import { columnType } from '../rows/kinds.ts';
import type { Scan } from '../rows/scan.ts';
import { agree } from './doubts.ts';
import { mergeBodies } from './merge.ts';
import { type Vector, vectorsOf } from './slice.ts';

/** Consecutive rows of a large request, as a request of their own. */
export interface Chunk {
  readonly body: Buffer;
  readonly rows: number;
}

/**
 * Cuts a large request into about equal chunks, whose columns have the very types that they have in the whole.
 * Cuts lie between blocks of 256 rows.
 *
 * @param parts how many chunks there may be.
 * @returns undefined when the request can't be cut so.
 */
export function splitRows(field: string, scan: Scan, parts: number): Chunk[] | undefined {
  const { blocks, signature } = scan;
  if (blocks === undefined || signature === undefined || parts < 2) return undefined;
  const chunks: Chunk[] = [];
  const size = Math.ceil(blocks.length / Math.min(parts, blocks.length));
  for (let first = 0; first < blocks.length; first += size) {
    const some = blocks.slice(first, first + size);
    const types = [...signature.types].every((type, column) => {
      const own = columnType(some.reduce((kinds, block) => kinds | block.kinds[column]!, 0));
      return own === type || (type === 'n' && (own === 'i' || own === 'd'));
    });
    if (!types) return undefined;
    const part = { ...scan, from: some[0]!.from, to: some.at(-1)!.to };
    chunks.push({ body: mergeBodies(field, [part]), rows: some.reduce((sum, block) => sum + block.rows, 0) });
  }
  return chunks;
}

/**
 * Joins the answers to the chunks of a request to the answer that the whole request would have had.
 *
 * @returns undefined when that can't be told from the chunks' answers.
 */
export function joinAnswers(answers: readonly Buffer[], chunks: readonly Chunk[]): Buffer | undefined {
  const parts: Vector[][] = [];
  for (let i = 0; i < answers.length; i++) {
    const vectors = vectorsOf(answers[i]!, chunks[i]!.rows, true);
    if (vectors === undefined || vectors.length !== (parts[0] ?? vectors).length) return undefined;
    parts.push(vectors);
  }
  const pieces: Buffer[] = [];
  const [first = []] = parts;
  for (let i = 0; i < first.length; i++) {
    const { before } = first[i]!;
    const same = parts.map((vectors) => vectors[i]!);
    if (!same.every((vector) => vector.before === before) || !areAlike(same)) return undefined;
    pieces.push(Buffer.from(`${before}[`, 'latin1'));
    same.forEach(({ from, ends }, part) => {
      if (part > 0) pieces.push(COMMA);
      pieces.push(answers[part]!.subarray(from, ends.at(-1)));
    });
    pieces.push(CLOSE);
  }
  if (first[0]?.before !== '') pieces.push(CLOSE_OBJECT);
  return Buffer.concat(pieces);
}

const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');
const CLOSE_OBJECT = Buffer.from('}');

/** Whether the values of some vectors, or those inside of their elements, are of the same types everywhere. */
function areAlike(vectors: readonly Vector[]): boolean {
  if (vectors.every(({ nested }) => nested === 0)) {
    return agree(vectors.map(({ bits }) => bits.reduce((sum, bit) => sum | bit, 0)));
  }
  if (!vectors.every(({ nested, ends }) => nested === ends.length)) return false;
  const byName = vectors.map(({ inner }) => {
    const bits = new Map<string, number>();
    for (const value of inner) bits.set(value.name, (bits.get(value.name) ?? 0) | value.bits);
    return bits;
  });
  const names = new Set(byName.flatMap((bits) => [...bits.keys()]));
  return [...names].every((name) => agree(byName.flatMap((bits) => bits.get(name) ?? [])));
}
