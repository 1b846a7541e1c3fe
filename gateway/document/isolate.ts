import { scanExpression, startsExpression } from './scan.ts';

export interface Isolated {
  /** The document with a mark for every expression: as long as the original, with the same line breaks. */
  readonly text: string;
  readonly expressions: ReadonlyMap<string, { readonly start: number; readonly source: string }>;
  /** Where an expression starts that never ends; nothing behind it was looked at. */
  readonly unclosed: number | undefined;
}

/** The marks are made of private-use characters, which no policy document holds. */
const firstMark = 0xe000;
const marks = 0x1000;
const bareAmpersand = '\uF8FF';

/**
 * Puts marks in the place of all expressions, so that what is left is XML, and of ampersands that start no entity. An
 * expression is looked for where a value begins: behind an attribute's quotation mark, or behind a tag.
 */
export function isolateExpressions(source: string): Isolated {
  const expressions = new Map<string, { start: number; source: string }>();
  const parts: string[] = [];
  let copied = 0;
  let unclosed: number | undefined;

  /** Replaces the expression that begins at `at`, white space aside; returns where to go on. */
  const value = (at: number): number => {
    const start = at + /^\s*/.exec(source.slice(at, at + 10_000))![0].length;
    if (!startsExpression(source, start)) return at;
    const found = scanExpression(source, start);
    if (!found) {
      unclosed = start;
      return source.length;
    }
    const index = expressions.size;
    const mark = String.fromCharCode(firstMark + Math.floor(index / marks), firstMark + (index % marks));
    expressions.set(mark, { start, source: found.source });
    const blank = source.slice(start + 2, found.end).replace(/[^\n]/g, ' ');
    parts.push(source.slice(copied, start), mark, blank);
    copied = found.end;
    return found.end;
  };
  const behind = (what: string, from: number): number => {
    const found = source.indexOf(what, from);
    return found === -1 ? source.length : found + what.length;
  };
  /** XML allows no two hyphens in a comment; the comments of policy documents hold whatever their authors wanted. */
  const comment = (from: number): number => {
    const end = behind('-->', from + 4);
    const inside = source.slice(from + 4, end - 3);
    if (inside.includes('-')) {
      parts.push(source.slice(copied, from + 4), inside.replaceAll('-', ' '));
      copied = end - 3;
    }
    return end;
  };
  /**
   * Where an attribute's value ends. An expression with text before it is none, but its quotation marks would end the
   * value too early and hide what is wrong.
   */
  const quoted = (quote: string, from: number): number => {
    const start = value(from);
    const end = behind(quote, start);
    const inner = source.slice(start, end).search(/@[({]/);
    const found = inner === -1 ? undefined : scanExpression(source, start + inner);
    return found && found.end >= end ? behind(quote, value(start + inner)) : end;
  };
  const tag = (from: number): number => {
    let at = from + 1;
    while (at < source.length) {
      const char = source[at]!;
      if (char === '>') return at + 1;
      at = char === '"' || char === "'" ? quoted(char, at + 1) : at + 1;
    }
    return at;
  };

  for (let at = 0; at < source.length;) {
    if (source[at] !== '<') {
      at = behind('<', value(at));
      if (at < source.length) at -= 1;
    } else if (source.startsWith('<!--', at)) at = comment(at);
    else if (source.startsWith('<![CDATA[', at)) at = behind(']]>', at);
    else if (source.startsWith('<?', at)) at = behind('?>', at);
    else at = tag(at);
  }
  parts.push(source.slice(copied));
  const text = parts.join('').replace(/&(?!(?:[A-Za-z_][\w.-]*|#\d+|#x[\da-fA-F]+);)/g, bareAmpersand);
  return { text, expressions, unclosed };
}

/** Undoes what was done to ampersands. */
export function restoreText(text: string): string {
  return text.replaceAll(bareAmpersand, '&');
}
