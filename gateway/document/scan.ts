/**
 * Finds where a policy expression ends. Expressions are C# and may hold anything that XML may not, so they are scanned
 * as C#: brackets are balanced outside strings, characters and comments. Documents are also written with their
 * expressions entity-escaped, wholly or in part, so `&quot;` counts as the quotation mark it stands for.
 */
export interface Scanned {
  /** The offset after the closing bracket. */
  readonly end: number;
  /** The expression with its entities decoded. */
  readonly source: string;
}

export function startsExpression(text: string, at: number): boolean {
  return text[at] === '@' && (text[at + 1] === '(' || text[at + 1] === '{');
}

/** Undefined when no bracket closes the expression. `escaped` is false inside CDATA, where entities are plain text. */
export function scanExpression(text: string, start: number, escaped = true): Scanned | undefined {
  const scanner = new Scanner(text, start + 1, escaped);
  return scanner.code(false) ? { end: scanner.at, source: `@${scanner.source()}` } : undefined;
}

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const entity = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-fA-F]{1,6}));/y;
const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** One character of the C# text and how it was written. */
interface Unit {
  readonly char: string;
  readonly raw: string;
  readonly inString: boolean;
}

class Scanner {
  at: number;
  readonly #text: string;
  readonly #escaped: boolean;
  readonly #units: Unit[] = [];
  /** Its author writes `&` and `<` as they are, so an entity inside a string is meant literally. */
  #writtenRaw = false;

  constructor(text: string, at: number, escaped: boolean) {
    this.#text = text;
    this.at = at;
    this.#escaped = escaped;
  }

  source(): string {
    return this.#units.map((unit) => (unit.inString && this.#writtenRaw ? unit.raw : unit.char)).join('');
  }

  /** Reads code up to the bracket that closes the first one; `inHole`: that one is read already, as `{` of a string. */
  code(inHole: boolean): boolean {
    const open: string[] = inHole ? ['}'] : [];
    while (this.at < this.#text.length) {
      if (this.#comment() || this.#character()) continue;
      const string = this.#string();
      if (string !== undefined) {
        if (!string) return false;
        continue;
      }
      const { char } = this.#take(false);
      if (closers[char]) open.push(closers[char]);
      else if (char === ')' || char === ']' || char === '}') {
        if (open.pop() !== char) return false;
        if (open.length === 0) return true;
      }
    }
    return false;
  }

  #comment(): boolean {
    const [first, second] = this.#ahead(2);
    if (first !== '/' || (second !== '/' && second !== '*')) return false;
    this.#take(false);
    this.#take(false);
    let before = '';
    while (this.at < this.#text.length) {
      const { char } = this.#take(false);
      if (second === '/' ? char === '\n' : before === '*' && char === '/') break;
      before = char;
    }
    return true;
  }

  /** `'x'`, `'"'`, `'\n'`; an apostrophe alone, as in a format (`{now:h 'o''clock'}`), is none. */
  #character(): boolean {
    const literal = /^'(?:\\.[^']{0,8}|[^'\\])'/su.exec(this.#ahead(12).join(''));
    if (!literal) return false;
    const chars = [...literal[0]];
    chars.forEach((_, i) => this.#take(i > 0 && i < chars.length - 1));
    return true;
  }

  /** Undefined: no string starts here. False: it has no end. */
  #string(): boolean | undefined {
    const prefix = /^(?:\$@|@\$|\$|@)?(?=")/.exec(this.#ahead(3).join(''))?.[0];
    if (prefix === undefined) return undefined;
    for (let i = 0; i < prefix.length; i++) this.#take(false);
    const verbatim = prefix.includes('@');
    const interpolated = prefix.includes('$');
    const opener = this.#take(false).raw;
    while (this.at < this.#text.length) {
      if (this.#peek().raw === opener) {
        this.#take(false);
        if (!verbatim || this.#peek().raw !== opener) return true;
        this.#take(false);
        continue;
      }
      const { char } = this.#take(true);
      if (char === '\\' && !verbatim) this.#take(true);
      else if (interpolated && (char === '{' || char === '}')) {
        if (this.#peek().char === char) this.#take(true);
        else if (char === '{' && !this.code(true)) return false;
      }
    }
    return false;
  }

  #ahead(count: number): string[] {
    const chars: string[] = [];
    for (let i = 0, at = this.at; i < count && at < this.#text.length; i++) {
      const { char, raw } = this.#peek(at);
      chars.push(char);
      at += raw.length;
    }
    return chars;
  }

  #peek(at = this.at): { char: string; raw: string } {
    const raw = this.#text[at] ?? '';
    if (raw !== '&' || !this.#escaped) return { char: raw, raw };
    entity.lastIndex = at;
    const match = entity.exec(this.#text);
    if (!match) return { char: raw, raw };
    const [whole, name, decimal, hexadecimal] = match;
    const char = name ? named[name]! : String.fromCodePoint(decimal ? Number(decimal) : parseInt(hexadecimal!, 16));
    return { char, raw: whole };
  }

  #take(inString: boolean): { char: string; raw: string } {
    const { char, raw } = this.#peek();
    if (raw === '&' || (raw === '<' && inString)) this.#writtenRaw = true;
    this.#units.push({ char, raw, inString });
    this.at += raw.length;
    return { char, raw };
  }
}
