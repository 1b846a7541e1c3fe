import test from 'ava';
import fc from 'fast-check';
import { evaluated, shown, thrown } from '../../support/expressions.ts';

function table(title: string, rows: readonly (readonly [source: string, result: string])[]): void {
  test(title, (t) => {
    for (const [source, result] of rows) t.is(shown(source), result, source);
  });
}

table('searching', [
  ['"banana".IndexOf("an")', 'Int32 1'],
  ['"banana".IndexOf("an", 2)', 'Int32 3'],
  ['"banana".IndexOf(\'x\')', 'Int32 -1'],
  ['"banana".LastIndexOf("an")', 'Int32 3'],
  ['"Banana".IndexOf("bAN", StringComparison.OrdinalIgnoreCase)', 'Int32 0'],
  ['"banana".Contains("nan")', 'Boolean True'],
  ['"banana".Contains(\'b\')', 'Boolean True'],
  ['"abc".StartsWith("AB", StringComparison.OrdinalIgnoreCase)', 'Boolean True'],
  ['"abc".EndsWith("bc")', 'Boolean True'],
  ['"".IndexOf("")', 'Int32 0'],
  ["\"a-b_c\".IndexOfAny(new[] { '_', '-' })", 'Int32 1'],
]);

table('cutting and joining', [
  ['"abcdef".Substring(2)', 'String cdef'],
  ['"abcdef".Substring(2, 3)', 'String cde'],
  ['"abcdef".Remove(2)', 'String ab'],
  ['"abcdef".Remove(2, 2)', 'String abef'],
  ['"abc".Insert(1, "-")', 'String a-bc'],
  ['"  a b\\t".Trim()', 'String a b'],
  ['"xxaxx".Trim(\'x\')', 'String a'],
  ['"aab".TrimStart(\'a\')', 'String b'],
  ['"7".PadLeft(3, \'0\')', 'String 007'],
  ['"ab".PadRight(4)', 'String ab  '],
  ['string.Join(", ", "a", "b")', 'String a, b'],
  ['string.Join("-", new[] { 1, 2 })', 'String 1-2'],
  ['string.Join("-", "a", 1, true)', 'String a-1-True'],
  ['string.Concat("a", null, 1)', 'String a1'],
  ["new string('x', 3)", 'String xxx'],
  ['"a.b.c".Replace(".", "")', 'String abc'],
  ["\"a.b\".Replace('.', '$')", 'String a$b'],
  ['"abc"[1]', 'Char b'],
  ['"ÄÖ".ToLower()', 'String äö'],
  ['"straße".ToUpper()', 'String STRAßE'],
]);

table('splitting', [
  ['string.Join("|", "a,b,,c".Split(\',\'))', 'String a|b||c'],
  ['string.Join("|", "a,b;c".Split(\',\', \';\'))', 'String a|b|c'],
  ['string.Join("|", "a,b,,c".Split(new[] { \',\' }, StringSplitOptions.RemoveEmptyEntries))', 'String a|b|c'],
  ['string.Join("|", "a,b,c".Split(new[] { \',\' }, 2))', 'String a|b,c'],
  ['string.Join("|", ",,a,,b".Split(new[] { \',\' }, 2, StringSplitOptions.RemoveEmptyEntries))', 'String a|b'],
  ['string.Join("|", " a  b ".Split())', 'String |a||b|'],
  ['string.Join("|", "a--b".Split(new[] { "--" }, StringSplitOptions.None))', 'String a|b'],
  ['"".Split(\',\').Length', 'Int32 1'],
]);

table('comparing', [
  ['string.Compare("a", "B")', 'Int32 -1'],
  ['string.CompareOrdinal("a", "B") > 0', 'Boolean True'],
  ['"a".CompareTo(null)', 'Int32 1'],
  ['string.Equals("A", "a", StringComparison.OrdinalIgnoreCase)', 'Boolean True'],
  ['"a".Equals(null)', 'Boolean False'],
  ['"a" == "A".ToLower()', 'Boolean True'],
  ['string.IsNullOrEmpty("")', 'Boolean True'],
  ['string.IsNullOrWhiteSpace(" \\t")', 'Boolean True'],
]);

table('characters', [
  ["char.IsDigit('5') && !char.IsDigit('a')", 'Boolean True'],
  ["char.IsLetterOrDigit('_')", 'Boolean False'],
  ["char.ToUpper('b')", 'Char B'],
  ["'b'.ToString()", 'String b'],
  ["'a' < 'b'", 'Boolean True'],
]);

test('positions outside the text throw', (t) => {
  t.is(
    thrown('@("abc".Substring(4))'),
    "ArgumentOutOfRangeException: startIndex cannot be larger than length of string. (Parameter 'startIndex')",
  );
  t.is(thrown('@("abc"[3])'), 'IndexOutOfRangeException: Index was outside the bounds of the array.');
  t.is(
    thrown('@("abc".Replace("", "x"))'),
    "ArgumentException: String cannot be of zero length. (Parameter 'oldValue')",
  );
});

test('splitting at characters and joining again gives the text back', (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ',', ';', ' '), maxLength: 20 });
  fc.assert(
    fc.property(text, (given) => {
      const sample = { variables: { text: given } };
      t.is(evaluated(`@(string.Join(",", ((string)context.Variables["text"]).Split(',')))`, 'object', sample), given);
    }),
    { numRuns: 50 },
  );
});

test('IndexOf, Substring and Contains agree with a search by hand', (t) => {
  const unit = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
  fc.assert(
    fc.property(unit, unit, (haystack, needle) => {
      const sample = { variables: { haystack, needle } };
      const found = evaluated(
        '@(((string)context.Variables["haystack"]).IndexOf((string)context.Variables["needle"]))',
        'object',
        sample,
      ) as number;
      let expected = -1;
      for (let i = haystack.length - needle.length; i >= 0; i--)
        if (haystack.slice(i, i + needle.length) === needle) expected = i;
      t.is(found, expected);
      if (found === -1) return;
      const cut =
        '@(((string)context.Variables["haystack"]).Substring(((string)context.Variables["haystack"]).IndexOf((string)context.Variables["needle"])))';
      t.true((evaluated(cut, 'object', sample) as string).startsWith(needle));
    }),
    { numRuns: 100 },
  );
});
