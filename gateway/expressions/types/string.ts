import { argument, argumentNull, argumentOutOfRange, indexOutOfRange } from '../exceptions.ts';
import { compositeFormat } from '../runtime/composite-format.ts';
import { charsOf } from '../runtime/sequence.ts';
import { compareText, netArray, text, textFor } from '../runtime/value.ts';
import { type Callable, define, typed, typeNamed } from '../type.ts';
import { hash } from './object.ts';

type Text = string | null;

/** StringComparison: the odd ones ignore case, the last two compare code units. */
const ordinal = 4;
const ignoresCase = (comparison: number) => comparison % 2 === 1;

/** Case folding as OrdinalIgnoreCase does it: one code unit at a time, invariant culture. */
function fold(value: string, comparison: number): string {
  return ignoresCase(comparison) ? upper(value) : value;
}

/** ToUpperInvariant: characters that would become several stay as they are. */
export function upper(value: string): string {
  return simpleCase(value, (c) => c.toUpperCase());
}

export function lower(value: string): string {
  return simpleCase(value, (c) => c.toLowerCase());
}

function simpleCase(value: string, change: (c: string) => string): string {
  const whole = change(value);
  if (whole.length === value.length && !/[^\p{ASCII}]/u.test(value)) return whole;
  let result = '';
  for (const c of value) {
    const changed = change(c);
    result += changed.length === c.length ? changed : c;
  }
  return result;
}

export function compareStrings(a: Text, b: Text, comparison = 0): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  const [x, y] = [fold(a, comparison), fold(b, comparison)];
  if (comparison < ordinal) return compareText(x, y);
  return x === y ? 0 : x < y ? -1 : 1;
}

export function equalStrings(a: Text, b: Text, comparison = ordinal): boolean {
  return a === null || b === null ? a === b : fold(a, comparison) === fold(b, comparison);
}

function required(value: Text, parameter: string): string {
  if (value === null) throw argumentNull(parameter);
  return value;
}

function find(
  self: string,
  value: string | number,
  start = 0,
  count = self.length - start,
  comparison = ordinal,
): number {
  const wanted = typeof value === 'number' ? String.fromCharCode(value) : required(value, 'value');
  if (start < 0 || start > self.length)
    throw argumentOutOfRange(
      'startIndex',
      'Index was out of range. Must be non-negative and less than the size of the collection.',
    );
  if (count < 0 || start + count > self.length)
    throw argumentOutOfRange(
      'count',
      'Count must be positive and count must refer to a location within the string/array/collection.',
    );
  const at = fold(self.slice(0, start + count), comparison).indexOf(fold(wanted, comparison), start);
  return at;
}

function findLast(self: string, value: string | number, comparison = ordinal): number {
  const wanted = typeof value === 'number' ? String.fromCharCode(value) : required(value, 'value');
  return fold(self, comparison).lastIndexOf(fold(wanted, comparison));
}

function findAny(self: string, chars: number[], start = 0): number {
  for (let i = start; i < self.length; i++) if (chars.includes(self.charCodeAt(i))) return i;
  return -1;
}

function findLastAny(self: string, chars: number[]): number {
  for (let i = self.length - 1; i >= 0; i--) if (chars.includes(self.charCodeAt(i))) return i;
  return -1;
}

function substring(self: string, start: number, length = self.length - start): string {
  if (start < 0) throw argumentOutOfRange('startIndex', 'StartIndex cannot be less than zero.');
  if (start > self.length) throw argumentOutOfRange('startIndex', 'startIndex cannot be larger than length of string.');
  if (length < 0) throw argumentOutOfRange('length', 'Length cannot be less than zero.');
  if (start + length > self.length)
    throw argumentOutOfRange('length', 'Index and length must refer to a location within the string.');
  return self.substring(start, start + length);
}

/** White space as char.IsWhiteSpace has it. */
export const whiteSpace = /[\t-\r\x85\xa0\p{Z}]/u;

function isTrimmed(code: number, chars: number[] | null): boolean {
  return chars && chars.length > 0 ? chars.includes(code) : whiteSpace.test(String.fromCharCode(code));
}

function trim(self: string, chars: number[] | null, ends: 'both' | 'start' | 'end'): string {
  let start = 0;
  let end = self.length;
  if (ends !== 'end') while (start < end && isTrimmed(self.charCodeAt(start), chars)) start++;
  if (ends !== 'start') while (end > start && isTrimmed(self.charCodeAt(end - 1), chars)) end--;
  return self.slice(start, end);
}

/** string.Split: separators are texts, the first that fits at a place counts; none means white space. */
function split(self: string, separators: readonly string[], count = Infinity, options = 0): unknown {
  if (count < 0) throw argumentOutOfRange('count', 'Count cannot be less than zero.');
  const used = separators.filter((separator) => separator !== '');
  const lengthAt = (at: number) =>
    used.length === 0
      ? Number(whiteSpace.test(self[at]!))
      : (used.find((separator) => self.startsWith(separator, at))?.length ?? 0);
  const removesEmpty = options === 1;
  const pieces: string[] = [];
  let start = 0;
  for (let i = 0; i < self.length && pieces.length < count - 1;) {
    const length = lengthAt(i);
    if (length === 0) i++;
    else {
      if (i > start || !removesEmpty) pieces.push(self.slice(start, i));
      start = i += length;
    }
  }
  if (removesEmpty) while (start < self.length && lengthAt(start) > 0) start += lengthAt(start);
  if (count > 0 && (start < self.length || !removesEmpty)) pieces.push(self.slice(start));
  return netArray(typeNamed('string'), pieces);
}

const chars = (codes: number[] | null) => (codes ?? []).map((code) => String.fromCharCode(code));

function replace(self: string, from: Text, to: Text): string {
  if (required(from, 'oldValue') === '') throw argument('String cannot be of zero length.', 'oldValue');
  return self.replaceAll(from!, () => to ?? '');
}

function pad(self: string, width: number, code: number, atStart: boolean): string {
  if (width < 0) throw argumentOutOfRange('totalWidth', 'Non-negative number required.');
  const c = String.fromCharCode(code);
  return atStart ? self.padStart(width, c) : self.padEnd(width, c);
}

function format(pattern: Text, args: readonly unknown[] | null): string {
  if (args === null) throw argumentNull('args');
  return compositeFormat(required(pattern, 'format'), args);
}

const space = 32;

define({
  name: 'string',
  clrName: 'String',
  namespace: 'System',
  kind: 'class',
  base: 'object',
  interfaces: ['IEnumerable<char>', 'IComparable'],
  views: { 'IEnumerable<char>': charsOf },
  members: {
    'string(char c, int count)': (code: number, count: number) => String.fromCharCode(code).repeat(count),
    'string(char[] value)': (codes: number[] | null) => chars(codes).join(''),
    'int Length': (self: string) => self.length,
    'char this[int index]': (self: string, index: number) => {
      if (index < 0 || index >= self.length) throw indexOutOfRange();
      return self.charCodeAt(index);
    },
    'static string Empty': { constant: '' },
    'static bool IsNullOrEmpty(string value)': (value: Text) => value === null || value === '',
    'static bool IsNullOrWhiteSpace(string value)': (value: Text) => value === null || trim(value, null, 'both') === '',
    'static string Concat(object arg0)': text,
    'static string Concat(params object[] args)': (values: unknown[]) => values.map(text).join(''),
    'static string Concat(params string[] values)': (values: Text[]) => values.join(''),
    'static string Concat<T>(IEnumerable<T> values)': typed(
      (types) => ((values: Iterable<unknown>) => Array.from(values, textFor(types('T'))).join('')) as Callable,
    ),
    'static string Join(string separator, params string[] value)': (separator: Text, values: Text[]) =>
      values.map((value) => value ?? '').join(separator ?? ''),
    'static string Join(string separator, params object[] values)': (separator: Text, values: unknown[]) =>
      values.map(text).join(separator ?? ''),
    'static string Join<T>(string separator, IEnumerable<T> values)': typed(
      (types) =>
        ((separator: Text, values: Iterable<unknown>) =>
          Array.from(values, textFor(types('T'))).join(separator ?? '')) as Callable,
    ),
    'static string Format(string format, object arg0)': (pattern: Text, arg: unknown) => format(pattern, [arg]),
    'static string Format(string format, params object[] args)': format,
    'static string Format(IFormatProvider provider, string format, params object[] args)': (
      _provider: unknown,
      pattern: Text,
      args: unknown[],
    ) => format(pattern, args),
    'static bool Equals(string a, string b)': (a: Text, b: Text) => a === b,
    'static bool Equals(string a, string b, StringComparison comparisonType)': equalStrings,
    'static int Compare(string strA, string strB)': (a: Text, b: Text) => compareStrings(a, b),
    'static int Compare(string strA, string strB, bool ignoreCase)': (a: Text, b: Text, ignore: boolean) =>
      compareStrings(a, b, ignore ? 1 : 0),
    'static int Compare(string strA, string strB, StringComparison comparisonType)': compareStrings,
    'static int CompareOrdinal(string strA, string strB)': (a: Text, b: Text) => compareStrings(a, b, ordinal),
    'static string Copy(string str)': (value: Text) => required(value, 'str'),
    'static bool operator ==(string a, string b)': (a: Text, b: Text) => a === b,
    'static bool operator !=(string a, string b)': (a: Text, b: Text) => a !== b,
    'string ToString()': (self: string) => self,
    'string ToString(IFormatProvider provider)': (self: string) => self,
    'bool Equals(string value)': (self: string, other: Text) => self === other,
    'bool Equals(string value, StringComparison comparisonType)': equalStrings,
    'int CompareTo(string strB)': (self: string, other: Text) => compareStrings(self, other),
    'int GetHashCode()': hash,
    'bool Contains(string value)': (self: string, value: Text) => self.includes(required(value, 'value')),
    'bool StartsWith(string value)': (self: string, value: Text) => self.startsWith(required(value, 'value')),
    'bool StartsWith(string value, StringComparison comparisonType)': (self: string, value: Text, comparison: number) =>
      fold(self, comparison).startsWith(fold(required(value, 'value'), comparison)),
    'bool EndsWith(string value)': (self: string, value: Text) => self.endsWith(required(value, 'value')),
    'bool EndsWith(string value, StringComparison comparisonType)': (self: string, value: Text, comparison: number) =>
      fold(self, comparison).endsWith(fold(required(value, 'value'), comparison)),
    'int IndexOf(string value)': (self: string, value: string) => find(self, value),
    'int IndexOf(char value)': (self: string, value: number) => find(self, value),
    'int IndexOf(string value, int startIndex)': (self: string, value: string, start: number) =>
      find(self, value, start),
    'int IndexOf(char value, int startIndex)': (self: string, value: number, start: number) => find(self, value, start),
    'int IndexOf(string value, int startIndex, int count)': find,
    'int IndexOf(string value, StringComparison comparisonType)': (self: string, value: string, comparison: number) =>
      find(self, value, 0, self.length, comparison),
    'int IndexOf(string value, int startIndex, StringComparison comparisonType)': (
      self: string,
      value: string,
      start: number,
      comparison: number,
    ) => find(self, value, start, self.length - start, comparison),
    'int LastIndexOf(string value)': (self: string, value: string) => findLast(self, value),
    'int LastIndexOf(char value)': (self: string, value: number) => findLast(self, value),
    'int LastIndexOf(string value, StringComparison comparisonType)': findLast,
    'int IndexOfAny(char[] anyOf)': (self: string, codes: number[]) => findAny(self, codes),
    'int IndexOfAny(char[] anyOf, int startIndex)': findAny,
    'int LastIndexOfAny(char[] anyOf)': findLastAny,
    'string Substring(int startIndex)': (self: string, start: number) => substring(self, start),
    'string Substring(int startIndex, int length)': substring,
    'string Remove(int startIndex)': (self: string, start: number) => {
      if (start < 0 || start >= self.length)
        throw argumentOutOfRange('startIndex', 'startIndex must be less than length of string.');
      return self.slice(0, start);
    },
    'string Remove(int startIndex, int count)': (self: string, start: number, count: number) => {
      const removed = substring(self, start, count);
      return self.slice(0, start) + self.slice(start + removed.length);
    },
    'string Insert(int startIndex, string value)': (self: string, start: number, value: Text) => {
      if (start < 0 || start > self.length) throw argumentOutOfRange('startIndex');
      return self.slice(0, start) + required(value, 'value') + self.slice(start);
    },
    'string Replace(string oldValue, string newValue)': replace,
    'string Replace(char oldChar, char newChar)': (self: string, from: number, to: number) =>
      self.replaceAll(String.fromCharCode(from), () => String.fromCharCode(to)),
    'string ToUpper()': upper,
    'string ToLower()': lower,
    'string ToUpperInvariant()': upper,
    'string ToLowerInvariant()': lower,
    'string Trim()': (self: string) => trim(self, null, 'both'),
    'string Trim(params char[] trimChars)': (self: string, codes: number[]) => trim(self, codes, 'both'),
    'string TrimStart(params char[] trimChars)': (self: string, codes: number[]) => trim(self, codes, 'start'),
    'string TrimEnd(params char[] trimChars)': (self: string, codes: number[]) => trim(self, codes, 'end'),
    'string PadLeft(int totalWidth)': (self: string, width: number) => pad(self, width, space, true),
    'string PadLeft(int totalWidth, char paddingChar)': (self: string, width: number, code: number) =>
      pad(self, width, code, true),
    'string PadRight(int totalWidth)': (self: string, width: number) => pad(self, width, space, false),
    'string PadRight(int totalWidth, char paddingChar)': (self: string, width: number, code: number) =>
      pad(self, width, code, false),
    'string[] Split(params char[] separator)': (self: string, codes: number[] | null) => split(self, chars(codes)),
    'string[] Split(char[] separator, int count)': (self: string, codes: number[] | null, count: number) =>
      split(self, chars(codes), count),
    'string[] Split(char[] separator, StringSplitOptions options)': (
      self: string,
      codes: number[] | null,
      options: number,
    ) => split(self, chars(codes), Infinity, options),
    'string[] Split(char[] separator, int count, StringSplitOptions options)': (
      self: string,
      codes: number[] | null,
      count: number,
      options: number,
    ) => split(self, chars(codes), count, options),
    'string[] Split(string[] separator, StringSplitOptions options)': (
      self: string,
      separators: string[] | null,
      options: number,
    ) => split(self, separators ?? [], Infinity, options),
    'string[] Split(string[] separator, int count, StringSplitOptions options)': (
      self: string,
      separators: string[] | null,
      count: number,
      options: number,
    ) => split(self, separators ?? [], count, options),
    'char[] ToCharArray()': (self: string) => netArray(typeNamed('char'), [...(charsOf(self) as Iterable<number>)]),
    'string Normalize()': (self: string) => self.normalize(),
  },
});

define({
  name: 'StringComparer',
  namespace: 'System',
  kind: 'class',
  base: 'object',
  interfaces: ['IEqualityComparer<string>'],
  members: Object.fromEntries(
    [
      'CurrentCulture',
      'CurrentCultureIgnoreCase',
      'InvariantCulture',
      'InvariantCultureIgnoreCase',
      'Ordinal',
      'OrdinalIgnoreCase',
    ].map((name, comparison) => [`static StringComparer ${name}`, () => (ignoresCase(comparison) ? caseless : exact)]),
  ),
});

/** How a dictionary or a set with a comparer of its own finds its keys. */
export interface KeyComparer {
  readonly keyOf: (value: unknown) => unknown;
}

const exact: KeyComparer = { keyOf: (value) => value };
const caseless: KeyComparer = { keyOf: (value) => (typeof value === 'string' ? upper(value) : value) };

define({ name: 'IEqualityComparer', namespace: 'System.Collections.Generic', kind: 'interface', parameters: ['T'] });
