/*
 * `(string)body.As<JObject>(true)["a"]` has two readings: a generic call, and comparisons with `<` and `>`. C# takes the
 * first wherever the tokens allow it (C# language specification, 6.2.5), the grammar the second. So generic method calls
 * are written as one plain identifier before parsing, with letters that look like the signs they stand for, and are read
 * back from the tree.
 */

const letters = new Map([
  ['<', 'ᐸ'],
  ['>', 'ᐳ'],
  [',', 'ꓹ'],
  [' ', 'ꓸ'],
  ['.', 'ꓺ'],
  ['[', 'ꓻ'],
  [']', 'ꓼ'],
  ['?', 'ꓽ'],
]);
const signs = new Map([...letters].map(([sign, letter]) => [letter, sign]));
const anyLetter = /[ᐸᐳꓹꓸꓺꓻꓼꓽ]/g;

const name = String.raw`[A-Za-z_][\w.]*`;
const suffix = String.raw`(?:\?|\[\])*`;
const plainType = `${name}${suffix}`;
const list = (type: string) => `< *${type}(?: *, *${type})* *>`;
const nestedType = `${name}(?:${list(plainType)})?${suffix}`;
const genericCall = new RegExp(String.raw`(?<!\bnew\s[\w.\s]*)(?<=\.\s*[A-Za-z_]\w*)${list(nestedType)}(?=\s*\()`, 'g');

/** The source with the type arguments of generic method calls written as letters. */
export function hideTypeArguments(source: string): string {
  if (!source.includes('<') || source.match(anyLetter)) return source;
  return source.replace(genericCall, (found) => found.replace(/[<>, .[\]?]/g, (sign) => letters.get(sign)!));
}

/** Undoes `hideTypeArguments` in a piece of the source. */
export function showTypeArguments(text: string): string {
  return text.replace(anyLetter, (letter) => signs.get(letter)!);
}

export function hidesTypeArguments(identifier: string): boolean {
  return identifier.includes('ᐸ');
}
