import { BOOLEAN, DOUBLE, INTEGER, NESTED, NULL, STRING } from './kinds.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const MINUS = 45;
const PLUS = 43;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const COMMA = 44;
const COLON = 58;

/** Deeper than any data; what is nested without end would only cost time and stack. */
const DEEPEST = 500;

/** Digits that a double holds exactly; a decimal of so few digits is its digits over a power of ten, rounded once. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, n) => 10 ** n);

/**
 * Reads JSON (RFC 8259, strictly) from bytes, without making a single object. Every method takes the place where a
 * value starts and returns the place after it, or, when the text is no JSON, the complement (`~`) of the offending
 * place, which is negative. What it learnt on the way lies in the fields.
 */
export class Lexer {
  /** Whether the last string held an escape. */
  escaped = false;
  /** Whether any string since it was last cleared held a byte beyond ASCII. */
  wide = false;
  /** The kind of the last value (kinds.ts). */
  kind = 0;
  /** The last number's value if that took no rounding to find, else NaN. */
  number = NaN;
  /** Whether the last number is surely a finite double. */
  finite = true;
  /** Whether the last nested value gave a name twice in one object. */
  repeated = false;
  /** Whether anything was given up since it is nested too deeply. */
  deep = false;
  readonly #open: (Set<string> | undefined)[] = [];

  /** The next place that holds no white space. */
  space(bytes: Buffer, at: number): number {
    let pos = at;
    let byte = bytes[pos];
    while (byte === 32 || byte === 10 || byte === 13 || byte === 9) byte = bytes[++pos];
    return pos;
  }

  /** Reads any value; `at` must not be white space. */
  value(bytes: Buffer, at: number): number {
    switch (bytes[at]) {
      case QUOTE:
        this.kind = STRING;
        return this.string(bytes, at);
      case 123:
      case 91:
        return this.nested(bytes, at);
      case 116:
        this.kind = BOOLEAN;
        return literal(bytes, at, TRUE);
      case 102:
        this.kind = BOOLEAN;
        return literal(bytes, at, FALSE);
      case 110:
        this.kind = NULL;
        return literal(bytes, at, NULL_TEXT);
      default:
        return this.digits(bytes, at);
    }
  }

  /** Reads a string; `at` is its opening quote. */
  string(bytes: Buffer, at: number): number {
    this.escaped = false;
    let pos = at + 1;
    for (;;) {
      const byte = bytes[pos]!;
      if (byte === QUOTE) return pos + 1;
      if (byte === BACKSLASH) {
        this.escaped = true;
        const letter = bytes[pos + 1]!;
        if (letter === 117) {
          for (let digit = pos + 2; digit < pos + 6; digit++) if (!isHex(bytes[digit]!)) return ~digit;
          pos += 6;
        } else if (isEscape(letter)) pos += 2;
        else return ~(pos + 1);
        continue;
      }
      if (byte >= 128) this.wide = true;
      else if (!(byte >= 32)) return ~pos;
      pos++;
    }
  }

  /** Reads a number; sets its kind and, where that is exact, its value. */
  digits(bytes: Buffer, at: number): number {
    let pos = at;
    const negative = bytes[pos] === MINUS;
    if (negative) pos++;
    let byte = bytes[pos]!;
    let mantissa = 0;
    const first = pos;
    if (byte === ZERO) byte = bytes[++pos]!;
    else if (byte > ZERO && byte <= NINE) {
      do {
        mantissa = mantissa * 10 + (byte - ZERO);
        byte = bytes[++pos]!;
      } while (byte >= ZERO && byte <= NINE);
    } else return ~pos;
    let count = pos - first;
    let fraction = 0;
    let exponent = 0;
    this.kind = INTEGER;
    if (byte === POINT) {
      this.kind = DOUBLE;
      const start = ++pos;
      byte = bytes[pos]!;
      while (byte >= ZERO && byte <= NINE) {
        mantissa = mantissa * 10 + (byte - ZERO);
        byte = bytes[++pos]!;
      }
      fraction = pos - start;
      if (fraction === 0) return ~pos;
      count += fraction;
    }
    if (byte === 101 || byte === 69) {
      this.kind = DOUBLE;
      byte = bytes[++pos]!;
      if (byte === PLUS || byte === MINUS) byte = bytes[++pos]!;
      const start = pos;
      while (byte >= ZERO && byte <= NINE) {
        exponent = exponent * 10 + (byte - ZERO);
        byte = bytes[++pos]!;
      }
      if (pos === start) return ~pos;
      this.finite = exponent + count < 300;
      this.number = NaN;
      return pos;
    }
    this.finite = count < 300;
    if (count > EXACT_DIGITS) this.number = NaN;
    else {
      const value = fraction === 0 ? mantissa : mantissa / POWERS_OF_TEN[fraction]!;
      this.number = negative ? -value : value;
    }
    return pos;
  }

  /** Reads an object or an array, however deep, without recursion. */
  nested(bytes: Buffer, at: number): number {
    const open = this.#open;
    open.length = 0;
    this.repeated = false;
    let pos = at;
    for (;;) {
      const byte = bytes[pos];
      if (byte === 123 || byte === 91) {
        const names = byte === 123 ? new Set<string>() : undefined;
        pos = this.space(bytes, pos + 1);
        if (bytes[pos] !== (names ? 125 : 93)) {
          if (open.push(names) > DEEPEST) {
            this.deep = true;
            return ~pos;
          }
          if (names) pos = this.#name(bytes, pos, names);
          if (pos < 0) return pos;
          continue;
        }
        pos++;
      } else {
        pos = this.value(bytes, pos);
        if (pos < 0) return pos;
      }
      for (;;) {
        if (open.length === 0) {
          this.kind = NESTED;
          return pos;
        }
        pos = this.space(bytes, pos);
        const names = open[open.length - 1];
        if (bytes[pos] === COMMA) {
          pos = this.space(bytes, pos + 1);
          if (names) pos = this.#name(bytes, pos, names);
          if (pos < 0) return pos;
          break;
        }
        if (bytes[pos] !== (names ? 125 : 93)) return ~pos;
        open.pop();
        pos++;
      }
    }
  }

  #name(bytes: Buffer, at: number, names: Set<string>): number {
    if (bytes[at] !== QUOTE) return ~at;
    const end = this.string(bytes, at);
    if (end < 0) return end;
    const name = this.text(bytes, at, end);
    if (names.has(name)) this.repeated = true;
    names.add(name);
    const colon = this.space(bytes, end);
    return bytes[colon] === COLON ? this.space(bytes, colon + 1) : ~colon;
  }

  /** What the string between two places says, its quotes included in them; the string must be the last one read. */
  text(bytes: Buffer, from: number, to: number): string {
    return this.escaped
      ? (JSON.parse(bytes.toString('utf8', from, to)) as string)
      : bytes.toString('utf8', from + 1, to - 1);
  }
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL_TEXT = Buffer.from('null');

function literal(bytes: Buffer, at: number, word: Uint8Array): number {
  for (let i = 1; i < word.length; i++) if (bytes[at + i] !== word[i]) return ~(at + i);
  return at + word.length;
}

function isHex(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70);
}

function isEscape(byte: number): boolean {
  return (
    byte === QUOTE ||
    byte === BACKSLASH ||
    byte === 47 ||
    byte === 98 ||
    byte === 102 ||
    byte === 110 ||
    byte === 114 ||
    byte === 116
  );
}
