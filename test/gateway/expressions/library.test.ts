import test from 'ava';
import fc from 'fast-check';
import { evaluated, ran, refused, shown, thrown } from '../../support/expressions.ts';

function table(title: string, rows: readonly (readonly [source: string, result: string])[]): void {
  test(title, (t) => {
    for (const [source, result] of rows) t.is(shown(source), result, source);
  });
}

table('parsing and Convert', [
  ['int.Parse(" -42 ")', 'Int32 -42'],
  ['long.Parse("9223372036854775807")', 'Int64 9223372036854775807'],
  ['double.Parse("1,234.5e1")', 'Double 12345'],
  ['bool.Parse(" TRUE ")', 'Boolean True'],
  ['Convert.ToInt32("7") + Convert.ToInt32(2.5) + Convert.ToInt32(3.5)', 'Int32 13'],
  ['Convert.ToInt32(null)', 'Int32 0'],
  ['Convert.ToInt32("ff", 16)', 'Int32 255'],
  ['Convert.ToString(255, 2)', 'String 11111111'],
  ['Convert.ToBoolean("true")', 'Boolean True'],
  ['Convert.ToString(true)', 'String True'],
  ['Convert.ToDouble("0.5")', 'Double 0.5'],
]);

test('TryParse tells by its result', (t) => {
  t.is(ran('int x; return int.TryParse("12", out x) ? x : -1;'), 'Int32 12');
  t.is(ran('return int.TryParse("1x", out var x) ? x : -1;'), 'Int32 -1');
  t.is(ran('return Guid.TryParse("x", out Guid g);'), 'Boolean False');
  t.is(ran('return double.TryParse("1e2", out _);'), 'Boolean True');
});

test('parsing what is no number throws', (t) => {
  t.is(thrown('@(int.Parse("1.5"))'), 'FormatException: Input string was not in a correct format.');
  t.is(
    thrown('@(int.Parse("2147483648"))'),
    'OverflowException: Value was either too large or too small for an Int32.',
  );
  t.is(thrown('@(int.Parse(null))'), "ArgumentNullException: Value cannot be null. (Parameter 's')");
  t.is(thrown('@(bool.Parse("yes"))'), "FormatException: String 'yes' was not recognized as a valid Boolean.");
});

table('bytes and encodings', [
  ['Convert.ToBase64String(Encoding.UTF8.GetBytes("hé€"))', 'String aMOp4oKs'],
  ['Encoding.UTF8.GetString(Convert.FromBase64String("aMOp4oKs"))', 'String hé€'],
  ['Encoding.ASCII.GetString(Encoding.ASCII.GetBytes("é"))', 'String ?'],
  ['Convert.FromBase64String("AQID").Length', 'Int32 3'],
  ['BitConverter.ToInt32(new byte[] { 1, 2, 0, 0 }, 0)', 'Int32 513'],
  ['BitConverter.ToString(BitConverter.GetBytes(1L))', 'String 01-00-00-00-00-00-00-00'],
  ['Convert.FromBase64String("AQID")[2]', 'Byte 3'],
  ['Uri.EscapeDataString("a b/ä\'")', 'String a%20b%2F%C3%A4%27'],
  ['Uri.UnescapeDataString("a%20b%2F")', 'String a b/'],
  ['System.Net.WebUtility.UrlEncode("a b&c")', 'String a+b%26c'],
  ['System.Net.WebUtility.HtmlEncode("<a href=\\"x\\">")', 'String &lt;a href=&quot;x&quot;&gt;'],
]);

test('Base64 that is none throws', (t) => {
  t.is(
    thrown('@(Convert.FromBase64String("abc"))'),
    'FormatException: Invalid length for a Base-64 char array or string.',
  );
  t.regex(thrown('@(Convert.FromBase64String("a-c="))'), /^FormatException: The input is not a valid Base-64 string/);
});

test('Base64 agrees with node', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.nat(0x10ffff).map((point) => String.fromCodePoint(point)) }), (given) => {
      const sample = { variables: { given: given.toWellFormed() } };
      const expected = Buffer.from(given.toWellFormed(), 'utf8').toString('base64');
      t.is(
        evaluated(
          '@(Convert.ToBase64String(Encoding.UTF8.GetBytes((string)context.Variables["given"])))',
          'object',
          sample,
        ),
        expected,
      );
    }),
    { numRuns: 50 },
  );
});

table('dates', [
  ['new DateTime(2024, 1, 31).AddMonths(1)', 'DateTime 02/29/2024 00:00:00'],
  ['new DateTime(2024, 2, 29).AddYears(1)', 'DateTime 02/28/2025 00:00:00'],
  ['new DateTime(2024, 12, 31).AddDays(1.5)', 'DateTime 01/01/2025 12:00:00'],
  ['(new DateTime(2024, 3, 1) - new DateTime(2024, 2, 1)).TotalDays', 'Double 29'],
  ['new DateTime(2024, 3, 1).DayOfWeek', 'DayOfWeek Friday'],
  ['new DateTime(2024, 3, 1).DayOfYear', 'Int32 61'],
  ['new DateTime(2024, 3, 1) > DateTime.Parse("2024-02-29")', 'Boolean True'],
  ['DateTime.Parse("2024-02-29T12:30:00+02:00")', 'DateTime 02/29/2024 10:30:00'],
  ['DateTime.Parse("Thu, 29 Feb 2024 12:30:00 GMT").Hour', 'Int32 12'],
  ['DateTime.Parse("2/29/2024 1:05 PM").Hour', 'Int32 13'],
  ['DateTime.UtcNow.ToString("o")', 'String 2024-03-01T10:20:30.7500000Z'],
  ['context.Timestamp.Millisecond', 'Int32 500'],
  ['new DateTime(1970, 1, 1).Ticks', 'Int64 621355968000000000'],
  ['DateTime.MaxValue.ToString("o")', 'String 9999-12-31T23:59:59.9999999'],
  ['DateTime.DaysInMonth(2023, 2)', 'Int32 28'],
  ['TimeSpan.FromMinutes(90).TotalHours', 'Double 1.5'],
  ['DateTimeOffset.UtcNow.ToUnixTimeSeconds()', 'Int64 1709288430'],
  ['DateTimeOffset.Parse("2024-02-29T12:30:00+02:00").ToString("o")', 'String 2024-02-29T12:30:00.0000000+02:00'],
  ['DateTimeOffset.Parse("2024-02-29T12:30:00+02:00").UtcDateTime.Hour', 'Int32 10'],
  ['DateTimeOffset.FromUnixTimeSeconds(0) < context.Timestamp', 'Boolean True'],
  ['DateTimeOffset.FromUnixTimeMilliseconds(1500)', 'DateTimeOffset 01/01/1970 00:00:01 +00:00'],
  ['TimeSpan.Parse("1.02:03:04").Days', 'Int32 1'],
]);

test('AddDays and AddMonths agree with the calendar of JavaScript', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: 0, max: 11 }),
      fc.integer({ min: 1, max: 28 }),
      fc.integer({ min: -300, max: 300_000 }),
      (year, month, day, days) => {
        const start = new Date(Date.UTC(2000, month, day));
        start.setUTCFullYear(year);
        const end = new Date(start.getTime() + days * 86_400_000);
        fc.pre(end.getUTCFullYear() >= 1);
        const written = evaluated(
          `@(new DateTime(${year}, ${month + 1}, ${day}).AddDays(${days}).ToString("yyyy-MM-dd"))`,
        );
        t.is(
          written,
          `${String(end.getUTCFullYear()).padStart(4, '0')}-${String(end.getUTCMonth() + 1).padStart(2, '0')}-${String(end.getUTCDate()).padStart(2, '0')}`,
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('a date that does not exist throws', (t) => {
  t.regex(
    thrown('@(new DateTime(2023, 2, 29))'),
    /^ArgumentOutOfRangeException: Year, Month, and Day parameters describe an un-representable DateTime/,
  );
  t.is(thrown('@(DateTime.Parse("soon"))'), "FormatException: String 'soon' was not recognized as a valid DateTime.");
});

table('regular expressions', [
  ['Regex.Match("max-age=30", @"max-age=(?<age>\\d+)").Groups["age"].Value', 'String 30'],
  ['Regex.Match("x", "(a)?").Groups[1].Success', 'Boolean False'],
  ['Regex.IsMatch("ABC", "^abc$", RegexOptions.IgnoreCase)', 'Boolean True'],
  ['Regex.IsMatch("a\\nb", "^b$", RegexOptions.Multiline)', 'Boolean True'],
  ['Regex.IsMatch("a\\n", "a$")', 'Boolean True'],
  ['Regex.IsMatch("a\\n", @"a\\z")', 'Boolean False'],
  ['Regex.IsMatch("a\\rb", "a.b")', 'Boolean True'],
  ['Regex.IsMatch("a\\nb", "a.b")', 'Boolean False'],
  ['Regex.Replace("John Smith", @"(\\w+) (\\w+)", "$2, $1")', 'String Smith, John'],
  ['Regex.Replace("a1b22", "[0-9]+", m => "<" + m.Value + ">")', 'String a<1>b<22>'],
  ['Regex.Replace("abc", "b", "$$")', 'String a$c'],
  ['string.Join("|", Regex.Split("a, b;c", "[,;] ?"))', 'String a|b|c'],
  ['Regex.Matches("a1b2", @"\\d").Count', 'Int32 2'],
  ['Regex.IsMatch("foo.bar", Regex.Escape("foo.bar"))', 'Boolean True'],
  ['Regex.IsMatch("fooxbar", Regex.Escape("foo.bar"))', 'Boolean False'],
  ['Regex.IsMatch("bcd", "^[a-z-[aeiou]]+$")', 'Boolean True'],
  ['Regex.IsMatch("bad", "^[a-z-[aeiou]]+$")', 'Boolean False'],
  ['Regex.IsMatch("aaab", "(?>a+)ab")', 'Boolean False'],
  ['Regex.IsMatch("Ab", "(?i)a(?-i)B")', 'Boolean False'],
  ['Regex.Match("2024-03", @"(?<y>\\d{4})-(\\d\\d)").Groups[1].Value', 'String 03'],
  ['Regex.IsMatch("é", @"^\\w$")', 'Boolean True'],
]);

test('a pattern that is wrong throws', (t) => {
  t.regex(thrown('@(Regex.IsMatch("", "("))'), /^ArgumentException: Invalid pattern '\(': Not enough \)'s/);
  t.regex(thrown('@(Regex.IsMatch("", "a**"))'), /^ArgumentException: /);
});

test('Regex.Escape makes any text match itself only', (t) => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (given) => {
      const sample = { variables: { given } };
      t.is(
        evaluated(
          '@(Regex.Match("<" + (string)context.Variables["given"] + ">", "<" + Regex.Escape((string)context.Variables["given"]) + ">").Value)',
          'object',
          sample,
        ),
        `<${given}>`,
      );
    }),
    { numRuns: 100 },
  );
});

table('URIs and GUIDs', [
  ['new Uri("https://user@a.example:8443/p/q?x=1#f").Port', 'Int32 8443'],
  ['new Uri("https://a.example/p/q?x=1").PathAndQuery', 'String /p/q?x=1'],
  ['new Uri("https://a.example/p/q").Segments.Last()', 'String q'],
  ['new Uri("http://a.example").IsDefaultPort', 'Boolean True'],
  ['new Uri(new Uri("https://a.example/x/y"), "../z").AbsoluteUri', 'String https://a.example/z'],
  ['Guid.Parse("{0F8FAD5B-D9CB-469F-A165-70867728950E}").ToString("N")', 'String 0f8fad5bd9cb469fa16570867728950e'],
  ['Guid.Empty.ToString()', 'String 00000000-0000-0000-0000-000000000000'],
  ['Guid.NewGuid() != Guid.NewGuid()', 'Boolean True'],
  [
    'Convert.ToBase64String(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e").ToByteArray())',
    'String W62PD8vZn0ahZXCGdyiVDg==',
  ],
  [
    'new Guid(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e").ToByteArray()).ToString()',
    'String 0f8fad5b-d9cb-469f-a165-70867728950e',
  ],
]);

test('a text that is no URI throws', (t) => {
  t.is(thrown('@(new Uri("a/b"))'), 'UriFormatException: Invalid URI: The format of the URI could not be determined.');
});

table('Math', [
  ['Math.Round(2.5) + Math.Round(3.5)', 'Double 6'],
  ['Math.Round(2.345, 2, MidpointRounding.AwayFromZero)', 'Double 2.35'],
  ['Math.Max(1, 2L)', 'Int64 2'],
  ['Math.Abs(-3)', 'Int32 3'],
  ['Math.Pow(2, 10)', 'Double 1024'],
  ['Math.Ceiling(1.2) + Math.Floor(-1.2)', 'Double 0'],
]);

test('StringBuilder', (t) => {
  t.is(
    ran(
      `var b = new StringBuilder(); b.Append("a").Append(1).Append('c').AppendFormat("{0:D2}", 5); b.Replace("a", "x").Insert(0, "<"); return b.ToString() + b.Length;`,
    ),
    'String <x1c056',
  );
});

test('a Random with a seed repeats itself', (t) => {
  t.is(ran('return new Random(7).Next(1000) == new Random(7).Next(1000);'), 'Boolean True');
  t.is(
    ran(
      'var r = new Random(); for (var i = 0; i < 100; i++) { var n = r.Next(3, 5); if (n < 3 || n > 4) return false; } return true;',
    ),
    'Boolean True',
  );
});

test('queues and stacks', (t) => {
  t.is(
    ran(
      'var q = new Queue<int>(new[] { 1, 2 }); q.Enqueue(3); return q.Dequeue() * 100 + q.Peek() * 10 + q.Sum() + q.Count;',
    ),
    'Int32 127',
  );
  t.is(
    ran(
      'var s = new Stack<string>(); s.Push("a"); s.Push("b"); return s.Pop() + s.Peek() + s.Contains("b") + string.Join("", s);',
    ),
    'String baFalsea',
  );
  t.is(thrown('@(new Stack<int>().Pop())'), 'InvalidOperationException: Stack empty.');
});

table('IP addresses', [
  ['System.Net.IPAddress.Parse("10.1.2.3").GetAddressBytes()[3]', 'Byte 3'],
  ['IPAddress.Parse("::1").GetAddressBytes().Length', 'Int32 16'],
  ['IPAddress.Parse("2001:0db8::0:1:0").ToString()', 'String 2001:db8::1:0'],
  ['IPAddress.Parse("::ffff:10.0.0.1").GetAddressBytes().Last()', 'Byte 1'],
  ['IPAddress.Parse("::FFFF:a00:1").ToString()', 'String ::ffff:10.0.0.1'],
  ['IPAddress.Parse("10.0.0.1").Equals(new IPAddress(new byte[] { 10, 0, 0, 1 }))', 'Boolean True'],
  ['IPAddress.IsLoopback(IPAddress.Parse("127.9.9.9"))', 'Boolean True'],
]);

test('what is no IP address', (t) => {
  t.is(ran('return IPAddress.TryParse("10.1.2", out var a) || IPAddress.TryParse("x", out a);'), 'Boolean False');
  t.is(thrown('@(IPAddress.Parse("300.1.1.1"))'), 'FormatException: An invalid IP address was specified.');
});

test('types that are missing are refused by name', (t) => {
  t.is(refused('@(RSA.Create())'), '10: type RSA is not supported by the local gateway');
  t.is(refused('@(1.5m)'), '10: type decimal is not supported by the local gateway');
  t.is(refused('@(XmlNodeType.Element)'), '10: type XmlNodeType is not supported by the local gateway');
  t.is(
    refused('@(new System.Net.Http.HttpClient())'),
    "10: 'System.Net.Http.HttpClient' is not a type that policy expressions may use",
  );
  t.is(
    refused('@(DateTime.UtcNow.ToUniversalTime())'),
    "10: 'DateTime' has no member 'ToUniversalTime' that the local gateway supports in expressions",
  );
});
