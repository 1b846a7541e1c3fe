import test from 'ava';
import fc from 'fast-check';
import { evaluated, ran, refused, shown, thrown } from '../../support/expressions.ts';

function table(title: string, rows: readonly (readonly [source: string, result: string])[]): void {
  test(title, (t) => {
    for (const [source, result] of rows) t.is(shown(source), result, source);
  });
}

table('LINQ', [
  ['new[] { 3, 1, 2 }.Where(x => x > 1).Select(x => x * 2).Sum()', 'Int32 10'],
  ['string.Join(",", new[] { "b", "a", "C" }.OrderBy(x => x))', 'String a,b,C'],
  ['string.Join(",", new[] { 3, 1, 2 }.OrderByDescending(x => x).Skip(1).Take(1))', 'String 2'],
  ['string.Join(",", new[] { "bb", "a", "aa" }.OrderBy(x => x.Length).ThenByDescending(x => x))', 'String a,bb,aa'],
  ['string.Join(",", new[] { "x", "y" }.Select((x, i) => x + i))', 'String x0,y1'],
  ['new[] { 1, 2, 3 }.Average()', 'Double 2'],
  ['new[] { 1, 2, 3 }.Max() - new[] { 1, 2, 3 }.Min(x => x)', 'Int32 2'],
  ['new[] { 1, 2 }.Any(x => x > 1) && !new int[0].Any()', 'Boolean True'],
  ['new[] { 1, 2 }.All(x => x > 1)', 'Boolean False'],
  ['new[] { "a", "b" }.First(x => x != "a")', 'String b'],
  ['new int[0].FirstOrDefault()', 'Int32 0'],
  ['new string[0].FirstOrDefault() ?? "none"', 'String none'],
  ['new[] { 1, 2, 2 }.Distinct().Count()', 'Int32 2'],
  ['string.Join(",", new[] { 1, 2 }.Concat(new[] { 3 }).Reverse())', 'String 3,2,1'],
  [
    'string.Join(",", new[] { "a1", "b1", "a2" }.GroupBy(x => x[0]).Select(g => g.Key + ":" + g.Count()))',
    'String a:2,b:1',
  ],
  ['new[] { "a", "bb" }.ToDictionary(x => x, x => x.Length)["bb"]', 'Int32 2'],
  ['new[] { 1, 2, 3 }.Aggregate(0, (sum, x) => sum * 10 + x)', 'Int32 123'],
  ['string.Join(",", new[] { "a,b", "c" }.SelectMany(x => x.Split(\',\')))', 'String a,b,c'],
  ['string.Join(",", new object[] { 1, "a", 2 }.OfType<int>())', 'String 1,2'],
  ['new[] { 1, 2 }.Zip(new[] { 3, 4 }, (a, b) => a * b).Sum()', 'Int32 11'],
  ['Enumerable.Range(1, 3).Select(x => x * 1.5).Last()', 'Double 4.5'],
  ['"hello".Count(c => c == \'l\')', 'Int32 2'],
  ['new[] { "1", "2" }.Select(int.Parse).Sum()', 'Int32 3'],
  ['new[] { "A" }.Contains("a", StringComparer.OrdinalIgnoreCase)', 'Boolean True'],
  ['(from x in new[] { 3, 1, 2 } where x > 1 orderby x descending select x * x).First()', 'Int32 9'],
  ['(from s in new[] { "b", "a" } orderby s select s).First()', 'String a'],
]);

test('sequences are computed when they are gone through', (t) => {
  t.is(
    ran(
      'var n = 0; var s = new[] { 1, 2 }.Select(x => { n++; return x; }); var before = n; s.ToList(); s.ToList(); return before + "," + n;',
    ),
    'String 0,4',
  );
  t.is(
    ran('var list = new List<int> { 1 }; var s = list.Where(x => x > 0); list.Add(2); return s.Count();'),
    'Int32 2',
  );
});

test('empty sequences throw where there is nothing to give', (t) => {
  t.is(thrown('@(new int[0].First())'), 'InvalidOperationException: Sequence contains no elements');
  t.is(thrown('@(new[] { 1 }.Single(x => x > 1))'), 'InvalidOperationException: Sequence contains no matching element');
  t.is(thrown('@(new[] { 1, 2 }.Single())'), 'InvalidOperationException: Sequence contains more than one element');
  t.is(
    thrown('@{ int[] a = null; return a.Sum(); }'),
    "ArgumentNullException: Value cannot be null. (Parameter 'source')",
  );
});

test('lists, sets and dictionaries', (t) => {
  t.is(
    ran(
      'var l = new List<string> { "a" }; l.Add("b"); l.Insert(0, "c"); l.Remove("a"); return string.Join("", l) + l.Count + l[1];',
    ),
    'String cb2b',
  );
  t.is(
    ran(
      'var d = new Dictionary<string, int> { { "a", 1 }, ["b"] = 2 }; d["a"] += 10; return d["a"] + d.Count + (d.ContainsKey("z") ? 1 : 0);',
    ),
    'Int32 13',
  );
  t.is(
    ran('var d = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase); d["A"] = 1; return d["a"];'),
    'Int32 1',
  );
  t.is(
    ran(
      'var d = new Dictionary<string, string> { ["k"] = "v" }; string v; return d.TryGetValue("k", out v) ? v : null;',
    ),
    'String v',
  );
  t.is(
    ran('var s = new HashSet<int>(new[] { 1, 2, 2 }); return s.Add(3) && !s.Add(3) && s.Count == 3;'),
    'Boolean True',
  );
  t.is(
    ran(
      'var s = ""; foreach (var p in new Dictionary<string, int> { ["a"] = 1 }) { s += p.Key + p.Value + p; } return s;',
    ),
    'String a1[a, 1]',
  );
  t.is(
    thrown('@(new Dictionary<string, int>()["x"])'),
    "KeyNotFoundException: The given key 'x' was not present in the dictionary.",
  );
  t.is(thrown('@(new int[2][2])').split(':')[0], 'IndexOutOfRangeException');
});

test('an ambiguous or wrong lambda is refused', (t) => {
  t.is(refused('@(new[] { 1 }.Where(x => x + 1))'), "10: cannot implicitly convert type 'int' to 'bool'");
  t.regex(refused('@(new[] { 1 }.Select(x => x.Foo))'), /^10: 'int' has no member 'Foo'/);
  t.regex(refused('@(x => x)'), /^10: cannot implicitly convert type 'lambda expression'/);
});

test('sorting and sums agree with JavaScript', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 10 }), (numbers) => {
      const array = `new int[] { ${numbers.join(', ')} }`;
      t.is(evaluated(`@(string.Join(",", ${array}.OrderBy(x => x)))`), [...numbers].sort((a, b) => a - b).join(','));
      t.is(
        evaluated(`@(${array}.Sum())`),
        numbers.reduce((a, b) => a + b, 0),
      );
      t.is(evaluated(`@(${array}.Where(x => x % 2 == 0).Count())`), numbers.filter((x) => x % 2 === 0).length);
    }),
    { numRuns: 50 },
  );
});
