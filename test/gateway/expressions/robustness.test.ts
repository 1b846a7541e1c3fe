import test from 'ava';
import fc from 'fast-check';
import { ExpressionError } from '../../../gateway/expressions/errors.ts';
import { NetException } from '../../../gateway/expressions/exceptions.ts';
import { compiled, refused, sampleContext, thrown } from '../../support/expressions.ts';

const good = [
  `@(context.Request.Headers.GetValueOrDefault("Cookie", "").Split(';').Select(x => x.Trim()).FirstOrDefault(c => c.StartsWith("a="))?[1] ?? 'x')`,
  `@{ int n; if (!int.TryParse((string)context.Variables["text"], out n) || n <= 0) { return -1; } return n + 1; }`,
  `@{ var sum = 0.5; foreach (var row in context.Request.Body.As<JObject>(true)["df"]) { sum += (double)row["x"]; } return $"{sum,8:F2}"; }`,
  `@{ try { return JObject.Parse("{}")["a"].Value<int>("b"); } catch (Exception e) when (e.Message != null) { return e.GetType().Name; } }`,
  `@(new[] { 1, 2, 3 }.Where(x => x % 2 == 1).OrderByDescending(x => -x).ToDictionary(x => "k" + x, x => x * 1.5)["k1"])`,
  `@{ switch (context.Request.Method) { case "GET": return 1; case string s when s.Length > 3: return s; default: break; } return null; }`,
  `@{ int F(int n) { return n < 2 ? 1 : n * F(n - 1); } Func<int, long> g = x => x + 1L; return g(F(5)) >> 1; }`,
  `@((context.Timestamp - new DateTime(1970, 1, 1)).TotalSeconds > 0 && context.Product?.Name is null)`,
  `@(new JObject { ["a"] = 1, ["b"] = new JArray(1, "x", null) }.ToString(Newtonsoft.Json.Formatting.None).Length)`,
  `@(Regex.Replace(context.Request.OriginalUrl.Path, @"/(\\w+)", m => m.Groups[1].Value.ToUpper() + (char)('a' + 1)))`,
];
const tokens = [
  ...'( ) [ ] { } . , ; : ? ?. ?? + - * / % ! ~ < > == != && || = += ++ => " \' $" @" 0 1L 2.5 "s" null true x context var int string object new return'.split(
    ' ',
  ),
  ...'typeof(int) default out is as checked(1) .Length .ToString() (string) (int?) if while foreach throw .Value .Select(y => y) new List<int>()'.split(
    / (?![=y])/,
  ),
];
const sample = { variables: { text: '41' }, headers: ['Cookie', 'a=1; b'], body: '{"df":[{"x":1},{"x":2.5}]}' };

/** A good expression with a piece cut out and a token put in. */
const broken = fc
  .record({
    source: fc.constantFrom(...good),
    at: fc.nat(),
    length: fc.nat({ max: 6 }),
    token: fc.constantFrom('', ...tokens),
  })
  .map(({ source, at, length, token }) => {
    const start = 2 + (at % (source.length - 3));
    return `${source.slice(0, start)} ${token} ${source.slice(Math.min(start + length, source.length - 1))}`;
  });

test('the samples run', (t) => {
  for (const source of good) t.notThrows(() => compiled(source).evaluate(sampleContext(sample)), source);
});

test('whatever is written, it is refused as a mistake in the document or runs as C#, never as a fault of ours', (t) => {
  fc.assert(
    fc.property(broken, (source) => {
      try {
        const expression = compiled(source);
        // An endless loop can come about, and is C# too.
        if (!source.includes('while')) expression.evaluate(sampleContext(sample));
      } catch (error) {
        if (error instanceof ExpressionError || error instanceof NetException) return;
        throw error;
      }
    }),
    { numRuns: 400 },
  );
  t.pass();
});

test('recursion and sizes without end are stopped', (t) => {
  t.regex(thrown('@{ int F(int n) { return F(n + 1); } return F(0); }'), /^InsufficientExecutionStackException: /);
  t.regex(thrown('@(new int[int.MaxValue])'), /^OutOfMemoryException: /);
  t.regex(thrown("@(new string('x', int.MaxValue))"), /^OutOfMemoryException: /);
  t.regex(refused(`@(${'('.repeat(20_000)}1${')'.repeat(20_000)})`), /^10: /);
});
