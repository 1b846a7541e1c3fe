import { NetException } from '../exceptions.ts';

/*
 * .NET's regular expressions in JavaScript's notation. Both backtrack, so what matches and what it costs is the same; what
 * JavaScript cannot express (balancing groups, conditions, RightToLeft) is refused with .NET's kind of exception.
 * https://learn.microsoft.com/dotnet/standard/base-types/regular-expression-language-quick-reference
 */

export const regexOption = {
  ignoreCase: 1,
  multiline: 2,
  explicitCapture: 4,
  singleline: 16,
  ignoreWhitespace: 32,
  rightToLeft: 64,
  ecmaScript: 256,
} as const;

export interface Translated {
  readonly expression: RegExp;
  /** The groups in .NET's order, unnamed ones first; each with its name in the JavaScript expression. */
  readonly groups: readonly { readonly name: string; readonly alias: string }[];
}

/** Throws ArgumentException as .NET does for a pattern that it cannot parse. */
export function translate(pattern: string, options: number): Translated {
  if (options & regexOption.rightToLeft) throw unsupported(pattern, 'RegexOptions.RightToLeft');
  const writer = new Writer(pattern, options);
  const source = writer.write();
  try {
    return { expression: new RegExp(source, 'dgv'), groups: writer.groups };
  } catch (error) {
    throw invalid(pattern, error instanceof Error ? error.message : String(error));
  }
}

function invalid(pattern: string, why: string): NetException {
  return new NetException('ArgumentException', `Invalid pattern '${pattern}': ${why}. (Parameter 'pattern')`);
}

function unsupported(pattern: string, what: string): NetException {
  return new NetException(
    'NotSupportedException',
    `${what} in the pattern '${pattern}' is not supported by the local gateway.`,
  );
}

class Writer {
  readonly #pattern: string;
  #at = 0;
  #options: number;
  /** Names of the groups as they come, undefined for those without. */
  readonly #captures: (string | undefined)[] = [];
  #helpers = 0;
  readonly #names: Set<string>;
  readonly #unnamed: number;

  constructor(pattern: string, options: number) {
    this.#pattern = pattern;
    this.#options = options;
    const plain = pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, '');
    this.#names = new Set(
      [...plain.matchAll(/\(\?<([A-Za-z_]\w*)>|\(\?'([A-Za-z_]\w*)'/g)].map((found) => (found[1] ?? found[2])!),
    );
    this.#unnamed = [...plain.matchAll(/\((?!\?)/g)].length;
  }

  get groups(): { name: string; alias: string }[] {
    const unnamed = this.#captures
      .filter((name) => name === undefined)
      .map((_name, i) => ({ name: String(i + 1), alias: `n${i + 1}_` }));
    const named = this.#captures.flatMap((name) => (name === undefined ? [] : [{ name, alias: name }]));
    return [...unnamed, ...named];
  }

  write(): string {
    const written = this.#alternatives();
    if (this.#at < this.#pattern.length) throw invalid(this.#pattern, "Too many )'s");
    return written;
  }

  #has(option: number): boolean {
    return (this.#options & option) !== 0;
  }

  /** Up to the end of the group or of the pattern. Options set inside end there. */
  #alternatives(): string {
    const kept = this.#options;
    let result = '';
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ')') {
      if (this.#pattern[this.#at] === '|') {
        this.#at++;
        result += '|';
        continue;
      }
      const atom = this.#atom();
      if (atom !== '') result += atom + this.#quantifier(atom);
    }
    this.#options = kept;
    return result;
  }

  #quantifier(atom: string): string {
    if (this.#has(regexOption.ignoreWhitespace)) this.#blank();
    const found = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(this.#pattern.slice(this.#at));
    if (!found) return '';
    if (/^(?:\(\?<?[=!]|\^|\$|\\b|\\B)/.test(atom) && !atom.startsWith('(?:'))
      throw unsupported(this.#pattern, `A quantifier after '${atom}'`);
    this.#at += found[0].length;
    return found[0];
  }

  #blank(): void {
    const found = /^(?:\s+|#[^\n]*)*/.exec(this.#pattern.slice(this.#at))!;
    this.#at += found[0].length;
  }

  #atom(): string {
    const c = this.#pattern[this.#at]!;
    switch (c) {
      case '(':
        return this.#group();
      case '[':
        return this.#cased(this.#class());
      case '\\':
        return this.#cased(this.#escape());
      case '.':
        this.#at++;
        return this.#has(regexOption.singleline) ? '[^]' : '[^\\n]';
      case '^':
        this.#at++;
        return this.#has(regexOption.multiline) ? '(?:^|(?<=\\n))' : '^';
      case '$':
        this.#at++;
        return this.#has(regexOption.multiline) ? '(?=\\n|$)' : '(?=\\n?$)';
      case '*':
      case '+':
      case '?':
        throw invalid(this.#pattern, `Quantifier '${c}' following nothing`);
    }
    if (this.#has(regexOption.ignoreWhitespace) && /[\s#]/.test(c)) {
      this.#blank();
      return '';
    }
    this.#at++;
    return this.#cased(literal(c));
  }

  /** Case is ignored piece by piece, so that options can change within the pattern. */
  #cased(written: string): string {
    return this.#has(regexOption.ignoreCase) && /\p{L}|\\u/u.test(written) ? `(?i:${written})` : written;
  }

  #group(): string {
    const rest = this.#pattern.slice(this.#at);
    const comment = /^\(\?#[^)]*\)/.exec(rest);
    if (comment) {
      this.#at += comment[0].length;
      return '';
    }
    const inline = /^\(\?([imnsx]*)(?:-([imnsx]*))?([:)])/.exec(rest);
    if (inline) {
      this.#at += inline[0].length;
      if (inline[3] === ')') {
        this.#setOptions(inline[1]!, inline[2] ?? '');
        return '';
      }
      const kept = this.#options;
      this.#setOptions(inline[1]!, inline[2] ?? '');
      const body = this.#body();
      this.#options = kept;
      return `(?:${body})`;
    }
    const look = /^\(\?(?:=|!|<=|<!)/.exec(rest);
    if (look) {
      this.#at += look[0].length;
      return `${look[0]}${this.#body()})`;
    }
    if (rest.startsWith('(?>')) {
      this.#at += 3;
      const name = `atomic${++this.#helpers}`;
      return `(?:(?=(?<${name}>${this.#body()}))\\k<${name}>)`;
    }
    if (/^\(\?(?:<[^>]*-|'[^']*-|\()/.test(rest)) throw unsupported(this.#pattern, 'A balancing group or condition');
    const named = /^\(\?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/.exec(rest);
    if (named) {
      this.#at += named[0].length;
      const name = (named[1] ?? named[2])!;
      if (this.#captures.includes(name)) throw unsupported(this.#pattern, `A second group named '${name}'`);
      this.#captures.push(name);
      return `(?<${name}>${this.#body()})`;
    }
    if (rest.startsWith('(?')) throw invalid(this.#pattern, 'Unrecognized grouping construct');
    this.#at++;
    if (this.#has(regexOption.explicitCapture)) return `(?:${this.#body()})`;
    const number = this.#captures.filter((name) => name === undefined).length + 1;
    this.#captures.push(undefined);
    return `(?<n${number}_>${this.#body()})`;
  }

  #body(): string {
    const body = this.#alternatives();
    if (this.#pattern[this.#at] !== ')') throw invalid(this.#pattern, "Not enough )'s");
    this.#at++;
    return body;
  }

  #setOptions(on: string, off: string): void {
    const bits: Record<string, number> = {
      i: regexOption.ignoreCase,
      m: regexOption.multiline,
      n: regexOption.explicitCapture,
      s: regexOption.singleline,
      x: regexOption.ignoreWhitespace,
    };
    for (const c of on) this.#options |= bits[c]!;
    for (const c of off) this.#options &= ~bits[c]!;
  }

  /** An escape outside a class. */
  #escape(): string {
    const rest = this.#pattern.slice(this.#at);
    const anchors: Record<string, string> = {
      A: '^',
      z: '$',
      Z: '(?=\\n?$)',
      b: this.#boundary(true),
      B: this.#boundary(false),
    };
    const c = rest[1];
    if (c === undefined) throw invalid(this.#pattern, 'Illegal \\ at end of pattern');
    if (c in anchors) {
      this.#at += 2;
      return anchors[c]!;
    }
    if (c === 'G') throw unsupported(this.#pattern, '\\G');
    const reference = /^\\k(?:<(\w+)>|'(\w+)')|^\\([1-9]\d?)/.exec(rest);
    if (reference) {
      const name = (reference[1] ?? reference[2] ?? reference[3])!;
      this.#at += reference[0].length;
      return this.#reference(name);
    }
    return this.#character(false);
  }

  #reference(name: string): string {
    if (/^\d+$/.test(name)) {
      if (Number(name) > this.#unnamed) throw invalid(this.#pattern, `Reference to undefined group number ${name}`);
      return `\\k<n${name}_>`;
    }
    if (!this.#names.has(name)) throw invalid(this.#pattern, `Reference to undefined group name ${name}`);
    return `\\k<${name}>`;
  }

  #boundary(isBoundary: boolean): string {
    const word = this.#word();
    const [before, after] = [`(?<=${word})`, `(?=${word})`];
    const [notBefore, notAfter] = [`(?<!${word})`, `(?!${word})`];
    return isBoundary
      ? `(?:${before}${notAfter}|${notBefore}${after})`
      : `(?:${before}${after}|${notBefore}${notAfter})`;
  }

  #word(): string {
    return this.#has(regexOption.ecmaScript) ? '[a-zA-Z0-9_]' : '[\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}]';
  }

  /** A character or character class by an escape, inside a class or outside. */
  #character(inClass: boolean): string {
    const rest = this.#pattern.slice(this.#at);
    const ascii = this.#has(regexOption.ecmaScript);
    const classes: Record<string, string> = {
      d: ascii ? '[0-9]' : '\\p{Nd}',
      D: ascii ? '[^0-9]' : '\\P{Nd}',
      w: this.#word(),
      W: this.#word().replace('[', '[^'),
      s: '[\\f\\n\\r\\t\\v\\x85\\p{Z}]',
      S: '[^\\f\\n\\r\\t\\v\\x85\\p{Z}]',
    };
    const c = rest[1]!;
    if (c in classes) {
      this.#at += 2;
      return classes[c]!;
    }
    const property = /^\\([pP])\{(\w+)\}/.exec(rest);
    if (property) {
      this.#at += property[0].length;
      if (property[2]!.startsWith('Is')) throw unsupported(this.#pattern, property[0]);
      return property[0];
    }
    const code = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|0([0-7]{0,2})|c([A-Za-z]))/.exec(rest);
    if (code) {
      this.#at += code[0].length;
      const [, hex, unicode, octal, control] = code;
      const value =
        control !== undefined
          ? control.toUpperCase().charCodeAt(0) - 64
          : octal !== undefined
            ? parseInt(octal || '0', 8)
            : parseInt((hex ?? unicode)!, 16);
      return `\\u${value.toString(16).padStart(4, '0')}`;
    }
    const controls: Record<string, string> = {
      t: '\\t',
      n: '\\n',
      r: '\\r',
      f: '\\f',
      v: '\\v',
      e: '\\x1b',
      a: '\\x07',
    };
    this.#at += 2;
    if (c in controls) return controls[c]!;
    if (c === 'b' && inClass) return '\\x08';
    if (/[A-Za-z0-9]/.test(c)) throw invalid(this.#pattern, `Unrecognized escape sequence \\${c}`);
    return literal(c);
  }

  /** `[…]`, with ranges, and with subtraction as in `[a-z-[aeiou]]`. */
  #class(): string {
    const start = this.#at++;
    let result = '[';
    if (this.#pattern[this.#at] === '^') {
      result += '^';
      this.#at++;
    }
    let isFirst = true;
    let subtracted = '';
    for (;;) {
      const c = this.#pattern[this.#at];
      if (c === undefined) throw invalid(this.#pattern, `Unterminated [] set at ${start}`);
      if (c === ']' && !isFirst) {
        this.#at++;
        break;
      }
      isFirst = false;
      if (this.#pattern.startsWith('-[', this.#at) && result !== '[' && result !== '[^') {
        this.#at++;
        subtracted = this.#class();
        if (this.#pattern[this.#at] !== ']')
          throw invalid(this.#pattern, 'A subtraction must be the last element in a character class');
        this.#at++;
        break;
      }
      result += this.#classPart();
    }
    if (subtracted === '') return `${result}]`;
    return result.startsWith('[^') ? `[[^${result.slice(2)}]--${subtracted}]` : `[[${result.slice(1)}]--${subtracted}]`;
  }

  #classPart(): string {
    if (this.#pattern[this.#at] === '[' && this.#pattern[this.#at + 1] === ':') throw unsupported(this.#pattern, '[:');
    const from = this.#classCharacter();
    const isRange = this.#pattern[this.#at] === '-' && ![']', '[', undefined].includes(this.#pattern[this.#at + 1]);
    if (!isRange || from.startsWith('[') || /^\\[pP]/.test(from)) return from;
    this.#at++;
    return `${from}-${this.#classCharacter()}`;
  }

  #classCharacter(): string {
    const c = this.#pattern[this.#at]!;
    if (c === '\\') {
      if (this.#pattern[this.#at + 1] === undefined) throw invalid(this.#pattern, 'Illegal \\ at end of pattern');
      return this.#character(true);
    }
    this.#at++;
    return literal(c);
  }
}

/** The character itself, escaped where JavaScript's notation needs it. */
function literal(c: string): string {
  return /[\^$\\.*+?()[\]{}|/\-&!#%,:;<=>@`~"']/.test(c) ? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}` : c;
}
