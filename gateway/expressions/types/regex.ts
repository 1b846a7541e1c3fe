import { escapeRegex, unescapeRegex } from '../runtime/regex-escape.ts';
import { type Group, Match, Regex } from '../runtime/regex.ts';
import { NetObject, netArray } from '../runtime/value.ts';
import { argumentOutOfRange } from '../exceptions.ts';
import { define, type NetType, typeNamed } from '../type.ts';

/** A MatchCollection, GroupCollection or CaptureCollection. */
class Collection extends NetObject implements Iterable<Group> {
  readonly items: readonly Group[];
  readonly #name: string;
  readonly #match: Match | undefined;
  constructor(name: string, items: readonly Group[], match?: Match) {
    super();
    this.#name = name;
    this.items = items;
    this.#match = match;
  }
  get netType(): NetType {
    return typeNamed(this.#name);
  }
  at(index: number): Group {
    const found = this.items[index];
    if (found) return found;
    if (this.#match) return this.#match.group(index);
    throw argumentOutOfRange('i');
  }
  [Symbol.iterator](): Iterator<Group> {
    return this.items[Symbol.iterator]();
  }
}

function strings(items: string[]): unknown {
  return netArray(typeNamed('string'), items);
}

const namespace = 'System.Text.RegularExpressions';

define({
  name: 'Capture',
  namespace,
  kind: 'class',
  base: 'object',
  members: {
    'int Index': (self: Group) => self.index,
    'int Length': (self: Group) => self.value.length,
    'string Value': (self: Group) => self.value,
  },
});
define({
  name: 'Group',
  namespace,
  kind: 'class',
  base: 'Capture',
  members: {
    'bool Success': (self: Group) => self.success,
    'string Name': (self: Group) => self.name,
    'CaptureCollection Captures': (self: Group) => new Collection('CaptureCollection', self.success ? [self] : []),
  },
});
define({
  name: 'Match',
  namespace,
  kind: 'class',
  base: 'Group',
  members: {
    'static Match Empty': () => Match.none,
    'GroupCollection Groups': (self: Match) => new Collection('GroupCollection', self.groups, self),
    'Match NextMatch()': (self: Match) => self.next(),
    'string Result(string replacement)': (self: Match, pattern: string) => self.expand(pattern),
  },
});

for (const [name, element] of [
  ['MatchCollection', 'Match'],
  ['GroupCollection', 'Group'],
  ['CaptureCollection', 'Capture'],
] as const) {
  define({
    name,
    namespace,
    kind: 'class',
    base: 'object',
    interfaces: [`IEnumerable<${element}>`],
    members: {
      'int Count': (self: Collection) => self.items.length,
      [`${element} this[int i]`]: (self: Collection, index: number) => self.at(index),
      ...(name === 'GroupCollection' && {
        'Group this[string groupname]': (self: Collection, groupName: string) =>
          (self.items[0] as Match).group(groupName),
      }),
    },
  });
}

define({
  name: 'Regex',
  namespace,
  kind: 'class',
  base: 'object',
  members: {
    'Regex(string pattern)': (pattern: string) => Regex.of(pattern),
    'Regex(string pattern, RegexOptions options)': (pattern: string, options: number) => Regex.of(pattern, options),
    'bool IsMatch(string input)': (self: Regex, input: string) => self.isMatch(input),
    'Match Match(string input)': (self: Regex, input: string) => self.match(input),
    'Match Match(string input, int startat)': (self: Regex, input: string, start: number) => self.match(input, start),
    'MatchCollection Matches(string input)': (self: Regex, input: string) =>
      new Collection('MatchCollection', self.matches(input)),
    'string Replace(string input, string replacement)': (self: Regex, input: string, by: string) =>
      self.replace(input, by),
    'string Replace(string input, string replacement, int count)': (
      self: Regex,
      input: string,
      by: string,
      count: number,
    ) => self.replace(input, by, count < 0 ? Infinity : count),
    'string Replace(string input, Func<Match, string> evaluator)': (
      self: Regex,
      input: string,
      by: (match: Match) => string,
    ) => self.replace(input, by),
    'string[] Split(string input)': (self: Regex, input: string) => strings(self.split(input)),
    'static bool IsMatch(string input, string pattern)': (input: string, pattern: string) =>
      Regex.of(pattern).isMatch(input),
    'static bool IsMatch(string input, string pattern, RegexOptions options)': (
      input: string,
      pattern: string,
      options: number,
    ) => Regex.of(pattern, options).isMatch(input),
    'static Match Match(string input, string pattern)': (input: string, pattern: string) =>
      Regex.of(pattern).match(input),
    'static Match Match(string input, string pattern, RegexOptions options)': (
      input: string,
      pattern: string,
      options: number,
    ) => Regex.of(pattern, options).match(input),
    'static MatchCollection Matches(string input, string pattern)': (input: string, pattern: string) =>
      new Collection('MatchCollection', Regex.of(pattern).matches(input)),
    'static MatchCollection Matches(string input, string pattern, RegexOptions options)': (
      input: string,
      pattern: string,
      options: number,
    ) => new Collection('MatchCollection', Regex.of(pattern, options).matches(input)),
    'static string Replace(string input, string pattern, string replacement)': (
      input: string,
      pattern: string,
      by: string,
    ) => Regex.of(pattern).replace(input, by),
    'static string Replace(string input, string pattern, string replacement, RegexOptions options)': (
      input: string,
      pattern: string,
      by: string,
      options: number,
    ) => Regex.of(pattern, options).replace(input, by),
    'static string Replace(string input, string pattern, Func<Match, string> evaluator)': (
      input: string,
      pattern: string,
      by: (match: Match) => string,
    ) => Regex.of(pattern).replace(input, by),
    'static string[] Split(string input, string pattern)': (input: string, pattern: string) =>
      strings(Regex.of(pattern).split(input)),
    'static string[] Split(string input, string pattern, RegexOptions options)': (
      input: string,
      pattern: string,
      options: number,
    ) => strings(Regex.of(pattern, options).split(input)),
    'static string Escape(string str)': escapeRegex,
    'static string Unescape(string str)': unescapeRegex,
  },
});
