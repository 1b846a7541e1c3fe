/** A C# expression that API Management evaluates for each call: `@(…)`, or `@{ … return …; }`. */
export class Expression {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  toString(): string {
    return this.source;
  }
}

/** What may stand in an attribute or in a value: a text, or an expression where API Management allows one. */
export type Text = string | Expression;

/** A value put into an expression: written as the C# literal of the same value. */
export type Literal = string | number | boolean | readonly string[];

/** A condition: an expression of type bool. */
export type Condition = Expression;

/**
 * `` expr`context.Response.StatusCode == ${503}` `` is the expression `@(context.Response.StatusCode == 503)`.
 * What is put in becomes a C# literal, so that no name or path can break out of it.
 */
export function expr(strings: TemplateStringsArray, ...values: readonly Literal[]): Expression {
  return new Expression(`@(${String.raw({ raw: strings.raw }, ...values.map(literal))})`);
}

/** Conditions joined by `||`. @throws RangeError when there is none */
export function anyOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) throw new RangeError('anyOf: expected at least one condition');
  return new Expression(`@(${conditions.map(({ source }) => source.slice(1)).join(' || ')})`);
}

/** A named value, filled in by API Management before the document is parsed. */
export function namedValue(name: string): string {
  if (!/^[A-Za-z0-9._-]{1,256}$/.test(name)) {
    throw new RangeError(`named value "${name}": expected letters, digits, dots, hyphens and underscores`);
  }
  return `{{${name}}}`;
}

function literal(value: Literal): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) > 0x7fffffff ? `${value}L` : `${value}`;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return `new [] { ${value.map(quoted).join(', ')} }`;
}

/**
 * A regular C# string literal (C# language specification, 6.4.5.6). Doubled braces would be a named value; tools that search
 * the XML, where the quotes around a literal are entities, would take an apostrophe for a character literal's, two slashes
 * for a comment's and a bracket for the expression's own.
 */
function quoted(text: string): string {
  const hidden = isBalanced(text) ? misread : new RegExp(`${misread.source}|[()[\\]{}]`, 'g');
  const escaped = text.replace(hidden, (character) => {
    if (character === '\\' || character === '"') return `\\${character}`;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

// eslint-disable-next-line no-control-regex -- control characters are what is escaped
const misread = /[\\"]|['\u0000-\u001f\u007f-\uffff]|\{(?=\{)|\}(?=\})|\/(?=[/*])/g;

function isBalanced(text: string): boolean {
  const open: string[] = [];
  for (const [bracket] of text.matchAll(/[()[\]{}]/g)) {
    const closed = { ')': '(', ']': '[', '}': '{' }[bracket];
    if (closed === undefined) open.push(bracket);
    else if (open.pop() !== closed) return false;
  }
  return open.length === 0;
}
