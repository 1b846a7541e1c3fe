import { argumentNull, format } from '../exceptions.ts';
import { compare } from '../runtime/value.ts';
import { define } from '../type.ts';
import { lower, upper, whiteSpace } from './string.ts';

/** A test that C# has for a character and for a character of a string. */
function tests(name: string, pattern: RegExp) {
  return {
    [`static bool ${name}(char c)`]: (code: number) => pattern.test(String.fromCharCode(code)),
    [`static bool ${name}(string s, int index)`]: (text: string | null, index: number) => {
      if (text === null) throw argumentNull('s');
      return pattern.test(text[index] ?? '');
    },
  };
}

define({
  name: 'char',
  clrName: 'Char',
  namespace: 'System',
  kind: 'struct',
  base: 'object',
  interfaces: ['IComparable'],
  initial: 0,
  members: {
    'static char MaxValue': { constant: 0xffff },
    'static char MinValue': { constant: 0 },
    ...tests('IsDigit', /\p{Nd}/u),
    ...tests('IsNumber', /\p{N}/u),
    ...tests('IsLetter', /\p{L}/u),
    ...tests('IsLetterOrDigit', /[\p{L}\p{Nd}]/u),
    ...tests('IsUpper', /\p{Lu}/u),
    ...tests('IsLower', /\p{Ll}/u),
    ...tests('IsWhiteSpace', whiteSpace),
    ...tests('IsPunctuation', /\p{P}/u),
    ...tests('IsSymbol', /\p{S}/u),
    ...tests('IsSeparator', /\p{Z}/u),
    ...tests('IsControl', /\p{Cc}/u),
    'static char ToUpper(char c)': (code: number) => upper(String.fromCharCode(code)).charCodeAt(0),
    'static char ToLower(char c)': (code: number) => lower(String.fromCharCode(code)).charCodeAt(0),
    'static char ToUpperInvariant(char c)': (code: number) => upper(String.fromCharCode(code)).charCodeAt(0),
    'static char ToLowerInvariant(char c)': (code: number) => lower(String.fromCharCode(code)).charCodeAt(0),
    'static double GetNumericValue(char c)': (code: number) => (code >= 48 && code <= 57 ? code - 48 : -1),
    'static char Parse(string s)': (text: string | null) => {
      if (text === null) throw argumentNull('s');
      if (text.length !== 1) throw format('String must be exactly one character long.');
      return text.charCodeAt(0);
    },
    'bool Equals(char obj)': (a: number, b: number) => a === b,
    'int CompareTo(char value)': compare,
  },
});
