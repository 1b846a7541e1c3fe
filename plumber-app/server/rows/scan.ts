import { isUtf8 } from 'node:buffer';
import type { Signature } from './layout.ts';
import { Lexer } from './lexer.ts';
import { NO_RULES, type RowRules } from './rules.ts';
import { type Block, type Fault, Table } from './table.ts';

/** What a scan found in a request body that is JSON. Places are bytes from the start of the body. */
export interface Scan {
  readonly body: Buffer;
  /** What stands where an array of rows was expected, in words; undefined when it is there. */
  readonly instead: string | undefined;
  /** How many rows there are. */
  readonly rows: number;
  /** Where the first row starts and the last one ends. */
  readonly from: number;
  readonly to: number;
  /** The raw text of the fields before the rows and behind them, with their commas, one character a byte (latin1). */
  readonly head: string;
  readonly tail: string;
  /** The columns and their types; undefined when there is an obstacle. */
  readonly signature: Signature | undefined;
  /** Why the rows may not stand in one table with those of another request. */
  readonly obstacle: string | undefined;
  /** Whether every row surely passes the rules; if not, a validator has to say. */
  readonly certain: boolean;
  /** What no validator can see, since it is lost when the text is parsed; the first twenty. */
  readonly faults: readonly Fault[] | undefined;
  /** Where the rows may be cut: all have the same columns in the same order, and there are more than 256. */
  readonly blocks: readonly Block[] | undefined;
}

/** Where a text stops being JSON: a byte, or undefined when some bytes are no UTF-8. */
export interface Malformed {
  readonly at: number | undefined;
  /** It may be JSON, but is nested too deeply. */
  readonly isDeep?: boolean;
}

/**
 * Reads request bodies that hold rows, in one pass over the bytes and without parsed objects. Finds the rows, their
 * columns and types, and whatever forbids to put them into one table with the rows of another request because jsonlite
 * (`simplifyDataFrame`, `null_to_na`) would then give some row another value or type than it has alone. One per route.
 */
export class RowScanner {
  readonly #field: string;
  readonly #key: Buffer;
  readonly #lexer = new Lexer();
  readonly #table: Table;

  /** @param field the name of the field that holds the rows, or `.` when the body itself is the array. */
  constructor(field: string, rules: RowRules = NO_RULES) {
    this.#field = field;
    this.#key = Buffer.from(JSON.stringify(field));
    this.#table = new Table(this.#lexer, rules);
  }

  /** From now on integers and decimals count as one type where the schema says `number`, if `mix` is set. */
  mixNumbers(mix: boolean): void {
    this.#table.mixNumbers = mix;
  }

  /** Reads one body. */
  scan(body: Buffer): Scan | Malformed {
    const lexer = this.#lexer;
    const table = this.#table;
    table.clear();
    lexer.wide = false;
    lexer.deep = false;
    const start = lexer.space(body, this.#skipMark(body));
    const top = this.#field === '.' ? this.#rows(body, start) : this.#object(body, start);
    let pos = top.pos;
    if (pos >= 0) {
      pos = lexer.space(body, pos);
      if (pos < body.length) pos = ~pos;
    }
    if (pos < 0) return { at: ~pos, isDeep: lexer.deep };
    if (lexer.wide && !isUtf8(body)) return { at: undefined };
    if (top.instead !== undefined) table.forbid('no array of rows');
    const signature = table.signature();
    return {
      body,
      instead: top.instead,
      rows: table.rows,
      from: table.from,
      to: table.to,
      head: top.head,
      tail: top.tail,
      signature,
      obstacle: table.obstacle,
      certain: table.certain,
      faults: table.faults,
      blocks: table.blocks,
    };
  }

  /** jsonlite skips a byte order mark with a warning, so we let it pass, alone. */
  #skipMark(body: Buffer): number {
    if (body[0] !== 0xef || body[1] !== 0xbb || body[2] !== 0xbf) return 0;
    this.#table.forbid('a byte order mark');
    return 3;
  }

  #rows(body: Buffer, at: number): Top {
    if (body[at] === 91) return { pos: this.#table.read(body, at), instead: undefined, head: '', tail: '' };
    return { pos: this.#lexer.value(body, at), instead: inWords(body[at]), head: '', tail: '' };
  }

  #object(body: Buffer, at: number): Top {
    if (body[at] !== 123) return { pos: this.#lexer.value(body, at), instead: inWords(body[at]), head: '', tail: '' };
    const lexer = this.#lexer;
    let instead: string | undefined = 'nothing';
    let head = '';
    let tail = '';
    let names: Set<string> | undefined;
    let pos = lexer.space(body, at + 1);
    if (body[pos] === 125) return { pos: pos + 1, instead, head, tail };
    for (;;) {
      if (body[pos] !== 34) return failed(pos);
      const key = pos;
      const keyEnd = lexer.string(body, pos);
      if (keyEnd < 0) return failed(~keyEnd);
      const name = this.#isKey(body, key, keyEnd) ? this.#field : cut(lexer.text(body, key, keyEnd));
      const isRows = name === this.#field;
      pos = lexer.space(body, keyEnd);
      if (body[pos] !== 58) return failed(pos);
      const start = lexer.space(body, pos + 1);
      if (isRows && instead === 'nothing') {
        instead = body[start] === 91 ? undefined : inWords(body[start]);
        pos = instead === undefined ? this.#table.read(body, start) : lexer.value(body, start);
      } else {
        names ??= new Set();
        if (isRows) instead = 'the field twice';
        if (names.has(name)) this.#table.forbid(`the field "${name}" twice`);
        names.add(name);
        pos = lexer.value(body, start);
        if (pos >= 0) {
          const text = `${body.toString('latin1', key, keyEnd)}:${body.toString('latin1', start, pos)}`;
          if (instead === 'nothing') head += `${text},`;
          else tail += `,${text}`;
        }
      }
      if (pos < 0) return failed(~pos);
      pos = lexer.space(body, pos);
      if (body[pos] === 125) return { pos: pos + 1, instead, head, tail };
      if (body[pos] !== 44) return failed(pos);
      pos = lexer.space(body, pos + 1);
    }
  }

  #isKey(body: Buffer, from: number, to: number): boolean {
    const key = this.#key;
    if (to - from !== key.length) return false;
    for (let i = 0; i < key.length; i++) if (body[from + i] !== key[i]) return false;
    return true;
  }
}

/** A name as R will see it: jsonlite passes C strings, so it ends at its first NUL. */
function cut(name: string): string {
  const end = name.indexOf('\0');
  return end < 0 ? name : name.slice(0, end);
}

/** What was read at the top of the body: the place behind it (negative: the complement of an error's place), and more. */
interface Top {
  readonly pos: number;
  readonly instead: string | undefined;
  readonly head: string;
  readonly tail: string;
}

function failed(at: number): Top {
  return { pos: ~at, instead: undefined, head: '', tail: '' };
}

/** The kind of a JSON value by its first byte. */
function inWords(byte: number | undefined): string {
  switch (byte) {
    case 123:
      return 'an object';
    case 91:
      return 'an array';
    case 34:
      return 'a string';
    case 110:
      return 'null';
    case 116:
    case 102:
      return 'a boolean';
    default:
      return 'a number';
  }
}
