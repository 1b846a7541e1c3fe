import { columnType, DOUBLE, INTEGER, NESTED, R_INTEGER_MAX, STRING } from './kinds.ts';
import { Layout, Layouts, type Signature } from './layout.ts';
import type { Lexer } from './lexer.ts';
import type { ColumnRule, RowRules } from './rules.ts';

/** How many rows lie between two places where a large table may be cut. */
export const BLOCK_ROWS = 256;

/** More columns than a model has; beyond, they are not told apart any more. */
const MOST_COLUMNS = 1024;
/** Characters of all names; layouts are remembered, and must not fill the memory. */
const LONGEST_NAMES = 32_768;
const MOST_FAULTS = 20;
const TYPES = Array.from({ length: 2 * NESTED }, (_, kinds) => columnType(kinds)?.charCodeAt(0) ?? 0);
const INTEGER_TYPE = 'i'.charCodeAt(0);
const DOUBLE_TYPE = 'd'.charCodeAt(0);
const MIXED_TYPE = 'n'.charCodeAt(0);

/** Something in a row that R would read otherwise than a JSON parser does. */
export interface Fault {
  /** Counted from 0. */
  readonly row: number;
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

/** Some consecutive rows: where they start and end in the body, and the kinds seen in each column. */
export interface Block {
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  readonly kinds: readonly number[];
}

/**
 * Reads an array of rows, and keeps what jsonlite's `simplifyDataFrame` would make of it: the columns in the order of
 * their first appearance, and the kinds of values in each. What it found lies in the fields until the next array.
 */
export class Table {
  /** Whether integers and decimals count as one type where the schema says `number`. */
  mixNumbers = false;
  rows = 0;
  /** Where the first row starts and the last one ends. */
  from = 0;
  to = 0;
  /** Why these rows may not stand in one table with those of another request. */
  obstacle: string | undefined;
  /** Whether every row surely passes the rules. */
  certain = true;
  /** The first twenty. */
  faults: Fault[] | undefined;
  /** The rows in blocks of 256, when there are more and all have the same columns in the same order. */
  blocks: Block[] | undefined;

  readonly #lexer: Lexer;
  readonly #sure: boolean;
  readonly #required: number;
  readonly #layouts = new Layouts();
  /** The layout of the rows read last: the next ones are likely to have the same. */
  #last: Layout;
  #layout: Layout;
  /** Whether the layout is still growing, so that nobody else may know it. */
  #draft = false;
  /** How many of the layout's columns these rows have shown so far. */
  #columns = 0;
  /** Whether all rows so far have the same columns in the same order. */
  #uniform = true;
  readonly #kinds: number[] = [];
  readonly #blockKinds: number[] = [];
  /** In which row each column appeared last; rows are numbered through the reader's life, from 1. */
  readonly #seen: number[] = [];
  readonly #types: number[] = [];
  #row = 0;

  constructor(lexer: Lexer, rules: RowRules) {
    this.#lexer = lexer;
    this.#sure = rules.sure;
    this.#required = rules.required.size;
    this.#last = new Layout(rules);
    this.#layout = this.#last;
  }

  /** Forgets the rows read last. */
  clear(): void {
    this.rows = 0;
    this.from = 0;
    this.to = 0;
    this.obstacle = undefined;
    this.certain = this.#sure;
    this.faults = undefined;
    this.blocks = undefined;
    this.#layout = this.#last;
    this.#draft = false;
    this.#columns = 0;
    this.#uniform = true;
  }

  /** Forbids to merge these rows; the first reason given stands. */
  forbid(why: string): void {
    this.obstacle ??= why;
  }

  /** Reads an array; `at` is its opening bracket. Returns the place behind it, or the complement of an error's place. */
  read(body: Buffer, at: number): number {
    const lexer = this.#lexer;
    let pos = lexer.space(body, at + 1);
    this.from = pos;
    this.to = pos;
    if (body[pos] === 93) return pos + 1;
    let blockFrom = pos;
    for (;;) {
      pos = body[pos] === 123 ? this.#readRow(body, pos) : this.#readOther(body, pos);
      if (pos < 0) return pos;
      this.rows++;
      this.to = pos;
      pos = lexer.space(body, pos);
      const byte = body[pos];
      if (byte !== 44 && byte !== 93) return ~pos;
      if (byte === 93 ? this.rows > BLOCK_ROWS : this.rows % BLOCK_ROWS === 0) this.#closeBlock(blockFrom);
      if (byte === 93) break;
      pos = lexer.space(body, pos + 1);
      if (this.rows % BLOCK_ROWS === 0) blockFrom = pos;
    }
    if (this.blocks !== undefined) for (let i = 0; i < this.#columns; i++) this.#kinds[i]! |= this.#blockKinds[i]!;
    if (!this.#uniform) this.blocks = undefined;
    return pos + 1;
  }

  /** The columns and their types; undefined (and an obstacle set) when they allow no merge. */
  signature(): Signature | undefined {
    if (this.rows === 0) this.forbid('no rows');
    if (this.obstacle !== undefined) return undefined;
    if (!this.#draft && this.#columns < this.#layout.names.length) this.#fork();
    if (this.#draft) {
      this.#layout = this.#layouts.intern(this.#layout);
      this.#last = this.#layout;
      this.#draft = false;
    }
    const types = this.#types;
    const { rules } = this.#layout;
    types.length = this.#columns;
    for (let i = 0; i < types.length; i++) {
      const type = TYPES[this.#kinds[i]!]!;
      if (type === 0) {
        this.forbid('values of several types in one column');
        return undefined;
      }
      const mixes = this.mixNumbers && (type === INTEGER_TYPE || type === DOUBLE_TYPE) && rules[i]!.mixes;
      types[i] = mixes ? MIXED_TYPE : type;
    }
    return this.#layout.signature(types);
  }

  #readOther(body: Buffer, at: number): number {
    this.forbid('a row that is no object');
    this.certain = false;
    this.#uniform = false;
    return this.#lexer.value(body, at);
  }

  #readRow(body: Buffer, at: number): number {
    const lexer = this.#lexer;
    const row = ++this.#row;
    let pos = lexer.space(body, at + 1);
    let column = -1;
    let names = 0;
    let required = 0;
    if (body[pos] === 125) pos++;
    else {
      for (;;) {
        const named = this.#expectedKey(body, pos, column + 1);
        if (named > 0) {
          column++;
          pos = named;
        } else {
          if (body[pos] !== 34) return ~pos;
          const end = lexer.string(body, pos);
          if (end < 0) return end;
          column = this.#findColumn(lexer.text(body, pos, end));
          pos = end;
        }
        if (body[pos] !== 58) {
          pos = lexer.space(body, pos);
          if (body[pos] !== 58) return ~pos;
        }
        const start = lexer.space(body, pos + 1);
        const first = body[start]!;
        pos = first >= 45 && first <= 57 ? lexer.digits(body, start) : lexer.value(body, start);
        if (pos < 0) return pos;
        if (column >= 0) {
          if (this.#seen[column] !== row) {
            this.#seen[column] = row;
            this.#kinds[column]! |= lexer.kind;
            names++;
            if (this.#layout.required[column]) required++;
          } else this.#fault(this.#layout.names[column]!, 'each field once', 'the field twice');
          this.#check(body, start, pos, this.#layout.rules[column]!, column);
        }
        if (body[pos] !== 44) {
          pos = lexer.space(body, pos);
          if (body[pos] === 125) {
            pos++;
            break;
          }
          if (body[pos] !== 44) return ~pos;
        }
        pos = lexer.space(body, pos + 1);
      }
    }
    if (required < this.#required) this.certain = false;
    if (names < this.#columns) this.#uniform = false;
    return pos;
  }

  /** The place behind the key at `at` if that is the column expected there, else 0. */
  #expectedKey(body: Buffer, at: number, column: number): number {
    const known = column < this.#columns;
    if (!known && (this.rows > 0 || this.#draft || column >= this.#layout.keys.length)) return 0;
    const key = this.#layout.keys[column]!;
    for (let i = 0; i < key.length; i++) if (body[at + i] !== key[i]) return 0;
    if (!known) this.#open(column);
    return at + key.length;
  }

  /** The column of a name, made when it is new; -1 when there are too many. */
  #findColumn(name: string): number {
    if (this.rows > 0) this.#uniform = false;
    const place = this.#layout.place(name);
    if (place !== undefined && place < this.#columns) return place;
    if (this.#columns >= MOST_COLUMNS) {
      this.forbid('too many columns');
      this.certain = false;
      return -1;
    }
    if (!this.#draft) this.#fork();
    this.#layout.add(name);
    if (this.#layout.length > LONGEST_NAMES) this.forbid('too much text in names');
    this.#open(this.#columns);
    if (name === '' || name === '_row' || name === '$date') this.forbid(`a field with the name "${name}"`);
    if (name.includes('\0') || !name.isWellFormed()) this.#fault(name, 'a name that R can hold', 'other characters');
    return this.#columns - 1;
  }

  #open(column: number): void {
    this.#columns = column + 1;
    this.#kinds[column] = 0;
    this.#blockKinds[column] = 0;
    this.#seen[column] = 0;
  }

  #fork(): void {
    this.#layout = this.#layout.first(this.#columns);
    this.#draft = true;
  }

  /** Looks at the value just read, which lies between two places. */
  #check(body: Buffer, from: number, to: number, rule: ColumnRule, column: number): void {
    const { kind, number, finite } = this.#lexer;
    if ((rule.kinds & kind) === 0) this.certain = false;
    if (kind === INTEGER || kind === DOUBLE) {
      if (kind === INTEGER && !(number <= R_INTEGER_MAX && number >= -R_INTEGER_MAX))
        this.forbid('an integer beyond R');
      if (!finite) this.certain = false;
      else if (rule.bounded) {
        if (!(number >= rule.least && number <= rule.most)) this.certain = false;
        else if (rule.numbers !== undefined && !rule.numbers.has(number)) this.certain = false;
      }
    } else if (kind === STRING) {
      if (rule.strings !== undefined && !holds(rule.strings, body, from + 1, to - 1)) this.certain = false;
      if (this.#lexer.escaped || isShort(body, from, to)) this.#checkText(this.#lexer.text(body, from, to), column);
    } else if (kind === NESTED) {
      this.forbid('a nested value');
      if (this.#lexer.repeated) this.#fault(this.#layout.names[column]!, 'each field once', 'a field twice');
    }
  }

  /** Strings that jsonlite takes for missing or infinite numbers in some company (`null_to_na`), or that R cuts short. */
  #checkText(text: string, column: number): void {
    if (text === 'NA' || text === 'NaN' || text === 'Inf' || text === '-Inf') this.forbid(`the string "${text}"`);
    if (text.includes('\0'))
      this.#fault(this.#layout.names[column]!, 'text without the character \\u0000', 'one with it');
  }

  #fault(field: string, expected: string, got: string): void {
    this.forbid(`${expected} was expected`);
    this.certain = false;
    this.faults ??= [];
    if (this.faults.length < MOST_FAULTS) this.faults.push({ row: this.rows, field, expected, got });
  }

  #closeBlock(from: number): void {
    this.blocks ??= [];
    this.blocks.push({
      rows: this.rows - BLOCK_ROWS * this.blocks.length,
      from,
      to: this.to,
      kinds: this.#kinds.slice(0, this.#columns),
    });
    for (let i = 0; i < this.#columns; i++) {
      this.#blockKinds[i]! |= this.#kinds[i]!;
      this.#kinds[i] = 0;
    }
  }
}

function isShort(body: Buffer, from: number, to: number): boolean {
  if (to - from > 6) return false;
  const first = body[from + 1];
  return first === 78 || first === 73 || first === 45;
}

function holds(texts: readonly Uint8Array[], body: Buffer, from: number, to: number): boolean {
  const length = to - from;
  next: for (const text of texts) {
    if (text.length !== length) continue;
    for (let i = 0; i < length; i++) if (body[from + i] !== text[i]) continue next;
    return true;
  }
  return false;
}
