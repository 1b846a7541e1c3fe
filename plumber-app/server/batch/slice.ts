import { Lexer } from '../rows/lexer.ts';
import * as doubt from './doubts.ts';

/** One request's part of a merged answer. */
export interface Slice {
  /** The answer's text, one character a byte (latin1). */
  readonly text: string;
  /** Why that may not be the text it would have alone; empty: there is no reason. */
  readonly doubts: readonly doubt.Doubt[];
}

/** An array of an answer, one element a row. */
export interface Vector {
  /** What stands before its bracket: nothing, `{"name":` or `,"name":`. */
  readonly before: string;
  /** The place of the first element. */
  readonly from: number;
  /** The place behind each element: a comma's or the closing bracket's. */
  readonly ends: readonly number[];
  /** What each element is (doubts.ts); 0 when it is nested. */
  readonly bits: readonly number[];
  /** How many elements are nested. */
  readonly nested: number;
  /** The values inside of nested elements that may be doubted, in order. */
  readonly inner: readonly Inner[];
}

/** A value inside of a nested element. */
export interface Inner {
  readonly element: number;
  /** The name that it stands under, in quotes; empty in a list of lists. */
  readonly name: string;
  readonly bits: number;
}

/**
 * Finds the arrays of an answer that has one element a row: a top-level array, or an object of such arrays
 * (column-wise). Undefined for anything else, and for text with white space between its tokens, which jsonlite writes
 * only where it makes lines.
 *
 * @param rows how many elements each array must have.
 * @param wantsAll whether `inner` shall hold all values, not only those that may be doubted.
 */
export function vectorsOf(body: Buffer, rows: number, wantsAll = false): Vector[] | undefined {
  const reader = new Reader(body, rows, wantsAll);
  const vectors: Vector[] = [];
  if (body[0] === 91) {
    const vector = reader.vector('', 0);
    if (vector === undefined || reader.at !== body.length) return undefined;
    return [vector];
  }
  if (body[0] !== 123) return undefined;
  do {
    const key = reader.at;
    if (!reader.key()) return undefined;
    const vector = reader.vector(body.toString('latin1', key, reader.at), reader.at);
    if (vector === undefined) return undefined;
    vectors.push(vector);
  } while (body[reader.at] === 44);
  return body[reader.at] === 125 && reader.at + 1 === body.length ? vectors : undefined;
}

/**
 * Cuts a merged answer into the answers of its requests, without printing anything again.
 *
 * @param counts how many rows each request had, in the order in which they were merged.
 * @returns one slice a request; undefined when the answer does not have one element a row.
 */
export function sliceAnswer(
  body: Buffer,
  counts: readonly number[],
  experience: doubt.Experience,
): Slice[] | undefined {
  const vectors = vectorsOf(
    body,
    counts.reduce((sum, count) => sum + count, 0),
  );
  if (vectors === undefined) return undefined;
  const text = body.toString('latin1');
  const columns = vectors.map(({ before }) => experience.column(before));
  const next = vectors.map(() => 0);
  const slices: Slice[] = [];
  let first = 0;
  for (const count of counts) {
    const end = first + count;
    let part = '';
    let doubts = NONE;
    for (let i = 0; i < vectors.length; i++) {
      const { before, from, ends, bits, inner } = vectors[i]!;
      part += `${before}[${text.slice(first === 0 ? from : ends[first - 1]! + 1, ends[end - 1])}]`;
      let all = 0;
      for (let element = first; element < end; element++) all |= bits[element]!;
      doubts = add(doubts, columns[i]!, doubt.remaining(all));
      for (; next[i]! < inner.length && inner[next[i]!]!.element < end; next[i]!++) {
        const value = inner[next[i]!]!;
        doubts = add(doubts, experience.column(`${before}\n${value.name}`), doubt.remaining(value.bits));
      }
    }
    slices.push({ text: vectors[0]!.before === '' ? part : `${part}}`, doubts });
    first = end;
  }
  return slices;
}

const NONE: readonly doubt.Doubt[] = [];

function add(doubts: readonly doubt.Doubt[], column: doubt.Column, bits: number): readonly doubt.Doubt[] {
  const open = bits === 0 ? 0 : column.open(bits);
  if (open === 0 || doubts.some((known) => known.column === column && (open & ~known.bits) === 0)) return doubts;
  return [...doubts, { column, bits: open }];
}

class Reader {
  /** The place behind what was read last. */
  at = 0;
  readonly #body: Buffer;
  readonly #rows: number;
  readonly #lexer = new Lexer();
  readonly #wantsAll: boolean;
  #inner: Inner[] = [];

  constructor(body: Buffer, rows: number, wantsAll: boolean) {
    this.#body = body;
    this.#rows = rows;
    this.#wantsAll = wantsAll;
  }

  /** Reads `{"name":` or `,"name":`; false when there is something else. */
  key(): boolean {
    const end = this.#body[this.at + 1] === 34 ? this.#lexer.string(this.#body, this.at + 1) : -1;
    if (end < 0 || this.#body[end] !== 58) return false;
    this.at = end + 1;
    return true;
  }

  vector(before: string, at: number): Vector | undefined {
    const body = this.#body;
    if (body[at] !== 91) return undefined;
    const ends: number[] = [];
    const bits: number[] = [];
    this.#inner = [];
    let nested = 0;
    let pos = at;
    do {
      if (ends.length === this.#rows) return undefined;
      const first = body[pos + 1];
      const isNested = first === 91 || first === 123;
      if (isNested) nested++;
      bits.push(isNested ? this.#nested(pos + 1, bits.length) : this.#scalar(pos + 1));
      pos = this.at;
      if (pos < 0) return undefined;
      ends.push(pos);
    } while (body[pos] === 44);
    if (body[pos] !== 93 || ends.length !== this.#rows) return undefined;
    this.at = pos + 1;
    return { before, from: at + 1, ends, bits, nested, inner: this.#inner };
  }

  /** Values inside an element may belong to vectors of any shape, so each is doubted as if it stood alone. */
  #nested(at: number, element: number): number {
    const body = this.#body;
    let depth = 0;
    let [name, nameEnd] = [0, 0];
    let pos = at;
    for (;;) {
      const byte = body[pos];
      if (byte === 123 || byte === 91) {
        depth++;
        pos++;
      } else if (byte === 125 || byte === 93) {
        depth--;
        pos++;
        if (depth === 0) break;
      } else if (byte === 44) pos++;
      else {
        const start = pos;
        const bits = this.#scalar(start);
        pos = this.at;
        if (pos < 0) return 0;
        if (body[pos] === 58) [name, nameEnd] = [start, pos++];
        else if (this.#wantsAll || doubt.remaining(bits) !== 0) {
          this.#inner.push({ element, name: body.toString('latin1', name, nameEnd), bits });
        }
      }
    }
    this.at = pos;
    return 0;
  }

  #scalar(at: number): number {
    const body = this.#body;
    const lexer = this.#lexer;
    const first = body[at];
    if (first === 34) {
      this.at = lexer.string(body, at);
      return this.at < 0 ? 0 : aboutText(body, at + 1, this.at - 1);
    }
    this.at = lexer.value(body, at);
    if (first === 110) return doubt.NOTHING;
    if (first === 116 || first === 102) return doubt.LOGICAL;
    return this.at < 0 ? 0 : aboutNumber(body, at, this.at);
  }
}

function aboutNumber(body: Buffer, from: number, to: number): number {
  if (to - from === 1) return body[from]! <= 49 ? doubt.ZERO_OR_ONE : doubt.NUMBER;
  return body[to - 1] === 48 && body[to - 2] === 46 ? doubt.POINT_ZERO : doubt.NUMBER;
}

const DATE = /^-?\d+-\d\d-\d\d/;
const TIME = /^-?\d+:\d\d/;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

function aboutText(body: Buffer, from: number, to: number): number {
  const first = body[from]!;
  if (from === to) return doubt.TEXT;
  if (first === 32 || body[to - 1] === 32) return doubt.FORMATTED;
  // Most texts are told by their first letter: `+-.` and digits, or the I, N, F and T of R's constants.
  if ((first < 43 || first > 57) && first !== 73 && first !== 78 && first !== 70 && first !== 84) return doubt.TEXT;
  const text = body.toString('latin1', from, to);
  if (text === 'NA' || text === 'NaN' || text === 'Inf' || text === '-Inf') return doubt.MISSING_IN_QUOTES;
  if (text === 'TRUE' || text === 'FALSE') return doubt.LOGICAL_IN_QUOTES;
  if (DATE.test(text) || TIME.test(text)) return doubt.FORMATTED;
  return NUMBER.test(text) ? doubt.NUMBER_IN_QUOTES : doubt.TEXT;
}
