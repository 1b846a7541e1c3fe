/**
 * Why the text of a value in a merged answer may differ from the text it would have alone, one bit each. jsonlite prints
 * every value of a vector by itself, but the vector's type is that of all its values: `ifelse(x > 0, 1.5, NA)` is
 * logical, and prints `null`, where all are missing, and is numeric, and prints `"NA"`, beside a 1.5.
 */

/** `0` or `1`: alone, perhaps a logical. */
export const ZERO_OR_ONE = 1;
/** A number in quotes: alone, perhaps a number. */
export const NUMBER_IN_QUOTES = 2;
/** `"TRUE"` or `"FALSE"`: alone, perhaps a logical. */
export const LOGICAL_IN_QUOTES = 4;
/** `"NA"`, `"NaN"`, `"Inf"` or `"-Inf"`: alone, perhaps `null`. */
export const MISSING_IN_QUOTES = 8;
/** `null`: alone, perhaps `"NA"`. */
export const NOTHING = 16;
/** A number that ends in `.0` (`always_decimal`): alone, perhaps an integer. */
export const POINT_ZERO = 32;
/** A text that R's `format` makes fit its neighbours: dates and times, and what is padded with spaces. */
export const FORMATTED = 64;

/** What puts doubts to rest when it stands in the same vector. */
export const NUMBER = 128;
export const TEXT = 256;
export const LOGICAL = 512;

const BY_NUMBER = ZERO_OR_ONE | MISSING_IN_QUOTES | NOTHING | POINT_ZERO;
const BY_TEXT = NUMBER_IN_QUOTES | LOGICAL_IN_QUOTES | MISSING_IN_QUOTES | NOTHING;
const ALL = 127;

/** The doubts that remain about some values of one vector, given the bits of each of them. */
export function remaining(bits: number): number {
  let doubts = bits & ALL;
  if ((bits & NUMBER) !== 0) doubts &= ~BY_NUMBER;
  if ((bits & TEXT) !== 0) doubts &= ~BY_TEXT;
  if ((bits & LOGICAL) !== 0) doubts &= ~NOTHING;
  return doubts;
}

/**
 * Whether answers obtained alone, joined, are what one answer to all would be: given the bits of the same vector in each
 * of them, all must be of one type, even where a part's values alone would not tell.
 */
export function agree(parts: readonly number[]): boolean {
  const all = parts.reduce((sum, bits) => sum | bits, 0);
  if ((all & (FORMATTED | POINT_ZERO)) !== 0) return false;
  const isNumber = (all & NUMBERS) !== 0;
  const isText = (all & TEXTS) !== 0;
  const isLogical = (all & LOGICAL) !== 0;
  if (Number(isNumber) + Number(isText) + Number(isLogical) > 1) return false;
  if (isNumber) return parts.every((bits) => (bits & NOTHING) === 0 || (bits & NUMBERS) !== 0);
  return (all & MISSING_IN_QUOTES) === 0 || all === MISSING_IN_QUOTES || parts.every((bits) => (bits & TEXTS) !== 0);
}

const NUMBERS = NUMBER | ZERO_OR_ONE;
const TEXTS = TEXT | NUMBER_IN_QUOTES | LOGICAL_IN_QUOTES;

/** A doubt about some values of a column of answers. */
export interface Doubt {
  readonly column: Column;
  readonly bits: number;
}

/**
 * Which doubts experience has settled for one column of a route's answers: an answer obtained alone had the very text of
 * the slice. What has once differed is doubted for ever, and `FORMATTED` always is.
 */
export class Column {
  #settled = 0;
  #confirmed = 0;

  /** The doubts that need an answer obtained alone. */
  open(bits: number): number {
    return bits & ~this.#settled;
  }

  /** Takes note of how a doubtful slice compared with the answer obtained alone. */
  learn(bits: number, equal: boolean): void {
    if (equal) this.#settled |= bits & ~FORMATTED & ~this.#confirmed;
    else {
      this.#confirmed |= bits;
      this.#settled &= ~bits;
    }
  }
}

const MOST_COLUMNS = 256;

/** What is known of the columns of a route's answers, by the names they have there. */
export class Experience {
  readonly #columns = new Map<string, Column>();
  /** Stands for all columns that are too many to know: nothing about them is ever settled. */
  readonly #others = new Column();

  constructor() {
    this.#others.learn(ALL, false);
  }

  /** The column of a name. */
  column(name: string): Column {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    if (this.#columns.size >= MOST_COLUMNS) return this.#others;
    const column = new Column();
    this.#columns.set(name, column);
    return column;
  }
}
