import test from 'ava';
import fc from 'fast-check';
import { evaluated, ran, shown, thrown } from '../../support/expressions.ts';

const body =
  '{ "df": [{ "x": 1.5, "n": 3 }, { "x": 2 }], "when": "2024-02-09T15:05:03Z", "name": "Ä", "none": null, "ok": true }';
const sample = { body };
const J = 'context.Request.Body.As<JObject>(preserveContent: true)';

function table(title: string, rows: readonly (readonly [source: string, result: string])[]): void {
  test(title, (t) => {
    for (const [source, result] of rows) t.is(shown(source.replaceAll('$J', J), sample), result, source);
  });
}

table('members by name and index', [
  ['(int)$J["df"][0]["n"]', 'Int32 3'],
  ['(string)$J["df"][0]["x"]', 'String 1.5'],
  ['(double)$J["df"][1]["x"]', 'Double 2'],
  ['$J["df"][0].Value<int>("n") + 1', 'Int32 4'],
  ['(string)$J["missing"] ?? "none"', 'String none'],
  ['$J["missing"] == null', 'Boolean True'],
  ['$J["none"] == null', 'Boolean False'],
  ['(int?)$J["none"] == null', 'Boolean True'],
  ['$J["none"].Type == JTokenType.Null', 'Boolean True'],
  ['$J["none"]?.Type == JTokenType.Null', 'Boolean True'],
  ['$J["nothing"]?.Type == JTokenType.Null', 'Boolean False'],
  ['$J["nothing"]?.Type != JTokenType.Null', 'Boolean True'],
  ['$J["df"].Type', 'JTokenType Array'],
  ['$J["df"].Count()', 'Int32 2'],
  ['((JArray)$J["df"]).Count', 'Int32 2'],
  ['(bool)$J["ok"]', 'Boolean True'],
  ['$J["name"].ToString()', 'String Ä'],
  ['$J.ContainsKey("name")', 'Boolean True'],
  ['$J.GetValue("NAME", StringComparison.OrdinalIgnoreCase).Value<string>()', 'String Ä'],
  ['$J["df"][0]["x"].Path', 'String df[0].x'],
]);

table('LINQ and JSON paths', [
  ['$J["df"].Sum(row => (double)row["x"])', 'Double 3.5'],
  ['string.Join(",", $J["df"].Select(row => row["x"]))', 'String 1.5,2'],
  ['$J["df"].Children().Count()', 'Int32 2'],
  ['string.Join(",", $J.Properties().Select(p => p.Name))', 'String df,when,name,none,ok'],
  ['$J.SelectToken("df[1].x").Value<double>()', 'Double 2'],
  ['$J.SelectTokens("$..x").Count()', 'Int32 2'],
  ['$J.SelectTokens("df[*].n").Count()', 'Int32 1'],
  ['$J.SelectToken("$.df[5]")', 'null'],
]);

// Newtonsoft.Json makes dates of texts that look like one, and a cast to string prints them by the invariant culture.
table('dates become DateTime', [
  ['$J["when"].Type', 'JTokenType Date'],
  ['(string)$J["when"]', 'String 02/09/2024 15:05:03'],
  ['$J["when"].Value<DateTime>().Year', 'Int32 2024'],
  ['JToken.Parse("\\"2024-02-09\\"").Type', 'JTokenType String'],
]);

test('writing', (t) => {
  t.is(
    shown(`${J}.ToString(Formatting.None)`, sample),
    'String {"df":[{"x":1.5,"n":3},{"x":2}],"when":"2024-02-09T15:05:03Z","name":"Ä","none":null,"ok":true}',
  );
  t.is(
    shown('new JObject(new JProperty("a", 1), new JProperty("b", new JArray(1, "x"))).ToString()'),
    'String {\r\n  "a": 1,\r\n  "b": [\r\n    1,\r\n    "x"\r\n  ]\r\n}',
  );
  t.is(
    shown('new JObject { ["a"] = 1.0, ["b"] = "q\\"/\\n" }.ToString(Formatting.None)'),
    'String {"a":1.0,"b":"q\\"/\\n"}',
  );
  t.is(shown('new JObject().ToString() + new JArray()'), 'String {}[]');
  t.is(
    shown('JsonConvert.SerializeObject(new { a = new[] { 1, 2 }, b = (string)null, c = 0.5 })'),
    'String {"a":[1,2],"b":null,"c":0.5}',
  );
  t.is(shown('JsonConvert.SerializeObject(new Dictionary<string, object> { { "a", true } })'), 'String {"a":true}');
  t.is(
    shown('JsonConvert.SerializeObject(new { a = context.Timestamp, b = DateTimeOffset.FromUnixTimeSeconds(1) })'),
    'String {"a":"2024-03-01T10:20:30.5Z","b":"1970-01-01T00:00:01+00:00"}',
  );
  t.is(shown('JObject.FromObject(new { a = 1 }).ToString(Formatting.None)'), 'String {"a":1}');
});

test('changing', (t) => {
  t.is(
    ran(
      `var j = ${J}; j["df"] = 1; j.Add("z", null); j.Remove("when"); j.Property("ok").Remove(); return j.ToString(Formatting.None);`,
      sample,
    ),
    'String {"df":1,"name":"Ä","none":null,"z":null}',
  );
  t.is(
    ran(
      'var a = JArray.Parse("[1,2,3]"); a[0] = "x"; a.RemoveAt(1); a.Add(4); a.Insert(0, true); return a.ToString(Formatting.None);',
    ),
    'String [true,"x",3,4]',
  );
  t.is(
    ran(
      'var a = new JObject(); var b = new JObject { ["x"] = 1 }; a["b"] = b; a["c"] = b; b["x"] = 2; return a.ToString(Formatting.None);',
    ),
    'String {"b":{"x":2},"c":{"x":1}}',
    'a token with a place is copied',
  );
  t.is(
    ran(
      'var a = JObject.Parse("{\\"a\\":{\\"x\\":1},\\"l\\":[1]}"); a.Merge(JObject.Parse("{\\"a\\":{\\"y\\":2},\\"l\\":[2]}")); return a.ToString(Formatting.None);',
    ),
    'String {"a":{"x":1,"y":2},"l":[1,2]}',
  );
  t.is(
    thrown('@{ var j = new JObject(); j.Add("a", 1); j.Add("a", 2); return j; }').split('.')[0],
    'ArgumentException: Can not add property a to Newtonsoft',
  );
});

test('foreach over an object gives pairs, over an array its elements', (t) => {
  t.is(
    ran(
      `var s = ""; foreach (var p in ${J}) { s += p.Key + (p.Value.Type == JTokenType.Array ? "[]" : "") + " "; } return s;`,
      sample,
    ),
    'String df[] when name none ok ',
  );
  t.is(ran('var sum = 0; foreach (int x in JArray.Parse("[1,2]")) { sum += x; } return sum;'), 'Int32 3');
  t.is(
    ran('foreach (JProperty p in JObject.Parse("{\\"a\\":1}").Properties()) { return p.Name; } return null;'),
    'String a',
  );
});

test('what cannot be converted says so in the words of Newtonsoft.Json', (t) => {
  t.is(thrown('@((int)JToken.Parse("{}"))'), 'ArgumentException: Can not convert Object to Int32.');
  t.is(thrown('@((int)JObject.Parse("{}")["a"])'), "ArgumentNullException: Value cannot be null. (Parameter 'value')");
  t.is(thrown('@((int)JToken.Parse("\\"x\\""))'), 'FormatException: Input string was not in a correct format.');
  t.is(
    thrown('@(JToken.Parse("1")["a"])'),
    'InvalidOperationException: Cannot access child value on Newtonsoft.Json.Linq.JValue.',
  );
  t.is(thrown('@(JArray.Parse("[1]")[1])').split(':')[0], 'ArgumentOutOfRangeException');
  t.is(thrown('@(JObject.Parse("[1]"))').split('.')[0], 'JsonReaderException: Error reading JObject from JsonReader');
  t.is(
    thrown('@(JObject.Parse(""))'),
    "JsonReaderException: Error reading JObject from JsonReader. Path '', line 0, position 0.",
  );
  t.regex(
    thrown('@(JObject.Parse("{\\"a\\":tru}"))'),
    /^JsonReaderException: Unexpected character encountered while parsing value: t\. Path 'a', line 1, position 5\.$/,
  );
  t.regex(
    thrown('@(context.Request.Body.As<JObject>())', { body: 'no json' }),
    /^JsonReaderException: Unexpected character encountered while parsing value: n\./,
  );
  t.is(
    thrown(`@(JToken.Parse(new string('[', 65)))`).split('.')[0],
    "JsonReaderException: The reader's MaxDepth of 64 has been exceeded",
  );
});

test('reads what is not quite JSON as Newtonsoft.Json does', (t) => {
  const read = (json: string) =>
    evaluated('@(JToken.Parse((string)context.Variables["json"]).ToString(Formatting.None))', 'object', {
      variables: { json },
    });
  t.is(read(`{a: 'x', /* no */ "b": [1,], c: .5} // end`), '{"a":"x","b":[1],"c":0.5}');
  t.is(read('{"a":1,"a":2}'), '{"a":2}');
  t.is(read('123456789012345678901234567890'), '123456789012345678901234567890');
  t.is(read('[1.0, 1e3, -0.0]'), '[1.0,1000.0,-0.0]');
});

test('JSON that JavaScript writes is read and written back unchanged', (t) => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;
  fc.assert(
    fc.property(json, (value) => {
      const written = JSON.stringify(value);
      const again = evaluated(
        '@(JToken.Parse((string)context.Variables["json"]).ToString(Formatting.None))',
        'object',
        { variables: { json: written } },
      );
      t.deepEqual(JSON.parse(again as string), JSON.parse(written));
    }),
    { numRuns: 200 },
  );
});
