import { argumentNull } from '../exceptions.ts';
import { type NetType, typeNamed } from '../type.ts';
import { translate, type Translated } from './regex-translate.ts';
import { NetObject } from './value.ts';

const cache = new Map<string, Translated>();
const mostCached = 256;

/** A System.Text.RegularExpressions.Regex. */
export class Regex extends NetObject {
  readonly pattern: string;
  readonly #translated: Translated;

  private constructor(pattern: string, translated: Translated) {
    super();
    this.pattern = pattern;
    this.#translated = translated;
  }

  /** Patterns are translated once; the last few hundred are kept. */
  static of(pattern: string | null, options = 0): Regex {
    if (pattern === null) throw argumentNull('pattern');
    const key = `${options} ${pattern}`;
    let translated = cache.get(key);
    if (!translated) {
      translated = translate(pattern, options);
      if (cache.size >= mostCached) cache.delete(cache.keys().next().value!);
      cache.set(key, translated);
    }
    return new Regex(pattern, translated);
  }

  get netType(): NetType {
    return typeNamed('Regex');
  }

  get groups(): Translated['groups'] {
    return this.#translated.groups;
  }

  *#from(input: string, start: number): IterableIterator<Match> {
    const { expression } = this.#translated;
    for (let at = start; at <= input.length;) {
      expression.lastIndex = at;
      const found = expression.exec(input);
      if (!found) return;
      at = found.index + found[0].length + (found[0] === '' ? 1 : 0);
      yield new Match(this, input, found);
    }
  }

  match(input: string | null, start = 0): Match {
    for (const match of this.#from(checked(input), start)) return match;
    return Match.none;
  }

  matches(input: string | null): Match[] {
    return [...this.#from(checked(input), 0)];
  }

  isMatch(input: string | null): boolean {
    return this.match(input) !== Match.none;
  }

  replace(input: string | null, by: string | ((match: Match) => string), most = Infinity): string {
    const text = checked(input);
    let result = '';
    let end = 0;
    let count = 0;
    for (const match of this.#from(text, 0)) {
      if (count++ >= most) break;
      result += text.slice(end, match.index) + (typeof by === 'string' ? match.expand(by) : by(match));
      end = match.index + match.value.length;
    }
    return result + text.slice(end);
  }

  /** The pieces between the matches; what groups captured comes in between, as in .NET. */
  split(input: string | null): string[] {
    const text = checked(input);
    const pieces: string[] = [];
    let end = 0;
    for (const match of this.#from(text, 0)) {
      pieces.push(text.slice(end, match.index));
      for (const { name } of this.groups) {
        const group = match.group(name);
        if (group.success) pieces.push(group.value);
      }
      end = match.index + match.value.length;
    }
    pieces.push(text.slice(end));
    return pieces;
  }

  override toString(): string {
    return this.pattern;
  }
}

function checked(input: string | null): string {
  if (input === null) throw argumentNull('input');
  return input;
}

/** A Capture or a Group of a match. */
export class Group extends NetObject {
  readonly name: string;
  readonly success: boolean;
  readonly index: number;
  readonly value: string;
  constructor(name: string, success: boolean, index: number, value: string) {
    super();
    this.name = name;
    this.success = success;
    this.index = index;
    this.value = value;
  }
  get netType(): NetType {
    return typeNamed('Group');
  }
  override toString(): string {
    return this.value;
  }
}

export class Match extends Group {
  readonly #regex: Regex | undefined;
  readonly #input: string;
  readonly #found: RegExpExecArray | undefined;

  constructor(regex: Regex | undefined, input: string, found?: RegExpExecArray) {
    super('0', found !== undefined, found?.index ?? 0, found?.[0] ?? '');
    this.#regex = regex;
    this.#input = input;
    this.#found = found;
  }

  static readonly none = new Match(undefined, '');

  override get netType(): NetType {
    return typeNamed('Match');
  }

  get groups(): Group[] {
    return [this, ...(this.#regex?.groups ?? []).map(({ name }) => this.group(name))];
  }

  /** By name or by number; an unknown one has no success. */
  group(name: string | number): Group {
    if (name === 0 || name === '0') return this;
    const groups = this.#regex?.groups ?? [];
    const known =
      typeof name === 'number'
        ? groups[name - 1]
        : (groups.find((group) => group.name === name) ?? (/^\d+$/.test(name) ? groups[Number(name) - 1] : undefined));
    const value = known && this.#found?.groups?.[known.alias];
    if (!known || value === undefined) return new Group(String(name), false, 0, '');
    return new Group(known.name, true, this.#found!.indices!.groups![known.alias]![0], value);
  }

  next(): Match {
    if (!this.#regex || !this.#found) return Match.none;
    return this.#regex.match(this.#input, this.index + this.value.length + (this.value === '' ? 1 : 0));
  }

  /** What a replacement pattern gives for this match. */
  expand(pattern: string): string {
    return pattern.replace(
      /\$(?:\$|(\d+)|\{(\w+)\}|([&`'+_]))/g,
      (all, number?: string, name?: string, sign?: string) => {
        if (all === '$$') return '$';
        if (number !== undefined || name !== undefined) return this.#groupOr(number ?? name!, all);
        switch (sign) {
          case '&':
            return this.value;
          case '`':
            return this.#input.slice(0, this.index);
          case "'":
            return this.#input.slice(this.index + this.value.length);
          case '+':
            return this.groups.at(-1)!.value;
          default:
            return this.#input;
        }
      },
    );
  }

  #groupOr(name: string, written: string): string {
    const groups = this.#regex?.groups ?? [];
    const exists =
      name === '0' ||
      groups.some((group) => group.name === name) ||
      (/^\d+$/.test(name) && Number(name) <= groups.length);
    return exists ? this.group(name).value : written;
  }
}
