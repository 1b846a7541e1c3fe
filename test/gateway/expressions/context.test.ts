import test from 'ava';
import { compiled, evaluated, ran, refused, sampleContext, shown, thrown } from '../../support/expressions.ts';

const sample = {
  variables: { text: 'abc', number: 5, flag: true, none: null },
  headers: ['Accept', 'text/html', 'X-Many', '1', 'x-many', '2', 'Authorization', 'Basic dXNlcjpwYTpzcw=='],
};

function table(title: string, rows: readonly (readonly [source: string, result: string])[]): void {
  test(title, (t) => {
    for (const [source, result] of rows) t.is(shown(source, sample), result, source);
  });
}

table('headers compare names without case and join values by commas', [
  ['context.Request.Headers.GetValueOrDefault("ACCEPT")', 'String text/html'],
  ['context.Request.Headers.GetValueOrDefault("X-Many", "")', 'String 1,2'],
  ['context.Request.Headers.GetValueOrDefault("missing", "x")', 'String x'],
  ['context.Request.Headers.GetValueOrDefault("missing")', 'null'],
  ['context.Request.Headers.GetValueOrDefault("missing", null) ?? "none"', 'String none'],
  ['context.Request.Headers.GetValueOrDefault("x-many", new string[0]).Length', 'Int32 2'],
  ['context.Request.Headers["x-many"].Length', 'Int32 2'],
  ['context.Request.Headers["x-many"].Last()', 'String 2'],
  ['context.Request.Headers.ContainsKey("accept")', 'Boolean True'],
  [
    'string.Join(",", context.Request.Headers.Select(h => h.Key + "=" + h.Value.Length))',
    'String Accept=1,X-Many=2,Authorization=1',
  ],
]);

table('variables', [
  ['context.Variables["text"]', 'String abc'],
  ['(string)context.Variables["text"] + 1', 'String abc1'],
  ['(int)context.Variables["number"] + 1', 'Int32 6'],
  ['context.Variables.GetValueOrDefault<int>("number")', 'Int32 5'],
  ['context.Variables.GetValueOrDefault("missing", "d")', 'String d'],
  ['context.Variables.GetValueOrDefault("missing")', 'null'],
  ['(string)context.Variables.GetValueOrDefault("text") + "!"', 'String abc!'],
  ['string.Concat("x=", context.Variables.GetValueOrDefault("number"))', 'String x=5'],
  ['context.Variables.GetValueOrDefault<int>("missing")', 'Int32 0'],
  ['context.Variables.GetValueOrDefault<bool>("flag") ? 1 : 2', 'Int32 1'],
  ['context.Variables.ContainsKey("none")', 'Boolean True'],
  ['context.Variables["none"] == null', 'Boolean True'],
  ['Convert.ToInt32(context.Variables["number"])', 'Int32 5'],
  ['context.Variables["text"].ToString().Length', 'Int32 3'],
]);

test('what API Management adds to strings can be called by its class', (t) => {
  t.is(
    ran(
      'BasicAuthCredentials c; return ExpressionSyntaxExtensions.TryParseBasic("Basic dTpw", out c) ? c.UserId : "none";',
    ),
    'String u',
  );
});

test('a variable that is missing or of another type throws', (t) => {
  t.is(
    thrown('@(context.Variables["missing"])'),
    "KeyNotFoundException: The given key 'missing' was not present in the dictionary.",
  );
  t.is(
    thrown('@(context.Variables.GetValueOrDefault<string>("number"))', sample),
    "InvalidCastException: Unable to cast object of type 'System.Int32' to type 'System.String'.",
  );
});

table('the request', [
  ['context.Request.Method', 'String POST'],
  ['context.Request.IpAddress', 'String 10.0.0.7'],
  ['context.Request.MatchedParameters["id"]', 'String 7'],
  ['context.Request.MatchedParameters.GetValueOrDefault("x", "none")', 'String none'],
  ['context.Request.OriginalUrl.Path', 'String /boston/score'],
  ['context.Request.Url.Query.GetValueOrDefault("tag")', 'String a,b'],
  ['context.Request.Url.Query["page"][0]', 'String 2'],
  ['context.Request.Url.QueryString', 'String ?page=2&tag=a&tag=b'],
  ['context.Request.OriginalUrl.ToString()', 'String https://api.example/boston/score?page=2&tag=a&tag=b'],
  ['context.Request.Body == null', 'Boolean True'],
]);

table('what belongs to the call', [
  ['context.RequestId', 'Guid 0f8fad5b-d9cb-469f-a165-70867728950e'],
  ['context.Subscription.Id', 'String first'],
  ['context.Subscription.CreatedDate.Day', 'Int32 29'],
  ['context.Subscription.EndDate.HasValue', 'Boolean False'],
  ['context.Product?.Name ?? "none"', 'String none'],
  ['context.User == null', 'Boolean True'],
  ['context.Api.Name + context.Operation.Id', 'String Bostonscore'],
  ['context.Api.Protocols.First() + context.Api.SubscriptionKeyParameterNames.Query', 'String httpssubscription-key'],
  ['context.Deployment.Region', 'String West Europe'],
  ['context.Response.StatusCode >= 200 && context.Response.StatusCode < 300', 'Boolean True'],
  ['context.LastError?.Message', 'null'],
  ['context.Elapsed.TotalMilliseconds', 'Double 250'],
]);

test('bodies are read as what the expression asks for', (t) => {
  t.is(shown('context.Request.Body.As<string>(true)', { body: 'äb' }), 'String äb');
  t.is(
    shown('context.Request.Body.As<string>()', { body: '\u00c3', contentType: 'text/plain; charset=iso-8859-1' }),
    'String Ã\u0083',
  );
  t.is(shown('context.Request.Body.As<byte[]>().Length', { body: 'ä' }), 'Int32 2');
  t.is(shown('context.Request.Body.As<JArray>()[0].Value<int>()', { body: '[7]' }), 'Int32 7');
  t.is(shown('context.Request.Body.AsFormUrlEncodedContent()["a"][1]', { body: 'a=1&a=2+3' }), 'String 2 3');
  t.is(shown('context.Response.Body.As<JObject>()["a"].Value<string>()', { responseBody: '{"a":"b"}' }), 'String b');
});

test('an expression says which bodies it reads', (t) => {
  const reads = (source: string) => {
    const { readsRequestBody, readsResponseBody } = compiled(source);
    return [readsRequestBody, readsResponseBody];
  };
  t.deepEqual(reads('@(context.Request.Body.As<string>())'), [true, false]);
  t.deepEqual(reads('@(context.Response.Body.As<string>())'), [false, true]);
  t.deepEqual(reads('@{ var r = context.Response; return r.Body.As<string>(); }'), [false, true]);
  t.deepEqual(reads('@(((IResponse)context.Variables["r"]).Body.As<string>())'), [false, false]);
  t.deepEqual(reads('@(context.Request.Headers.Count + context.Response.StatusCode)'), [false, false]);
});

test('a response in a variable is an IResponse', (t) => {
  const { Response } = sampleContext();
  t.is(evaluated('@(((IResponse)context.Variables["r"]).StatusCode)', 'object', { variables: { r: Response } }), 200);
  t.is(
    evaluated('@(((IResponse)context.Variables["r"]).Body?.As<string>() ?? "empty")', 'object', {
      variables: { r: Response },
    }),
    'empty',
  );
  t.is(
    thrown('@(((IResponse)context.Variables["r"]).StatusCode)', { variables: { r: 'x' } }),
    "InvalidCastException: Unable to cast object of type 'System.String' to type 'IResponse'.",
  );
});

test('credentials in Authorization', (t) => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ sub: 'me', aud: ['a', 'b'], exp: 1709287200, roles: ['r1', 'r2'] })}.AAAA`;
  const bearer = { headers: ['Authorization', `Bearer ${token}`] };
  const jwt = 'context.Request.Headers.GetValueOrDefault("Authorization", "").AsJwt()';
  t.is(shown(`${jwt}?.Subject`, bearer), 'String me');
  t.is(shown(`${jwt}.Algorithm + ${jwt}.Audiences.Last()`, bearer), 'String RS256b');
  t.is(shown(`${jwt}.Claims.GetValueOrDefault("roles", "")`, bearer), 'String r1,r2');
  t.is(shown(`${jwt}.Claims["roles"].Contains("r2")`, bearer), 'Boolean True');
  t.is(shown(`${jwt}.ExpirationTime > context.Timestamp`, bearer), 'Boolean False');
  t.is(shown(`${jwt} == null`, { headers: ['Authorization', 'Bearer x.y'] }), 'Boolean True');
  t.is(
    shown('context.Request.Headers.GetValueOrDefault("Authorization", "").AsBasic().Password', sample),
    'String pa:ss',
  );
  t.is(
    ran(
      'BasicAuthCredentials c; return context.Request.Headers["Authorization"][0].TryParseBasic(out c) ? c.UserId : null;',
      sample,
    ),
    'String user',
  );
});

test('what a policy expects decides about the type', (t) => {
  t.is(evaluated('@(1.50)', 'string'), '1.5');
  t.is(evaluated('@(context.RequestId)', 'string'), '0f8fad5b-d9cb-469f-a165-70867728950e');
  t.is(evaluated('@(true)', 'string'), 'True');
  t.is(evaluated('@((string)null)', 'string'), null);
  t.is(evaluated('@{ if (context.Tracing) { return 1; } return "a"; }', 'string'), 'a');
  t.is(evaluated('@(1 > 0)', 'bool'), true);
  t.is(evaluated("@('a')", 'int'), 97);
  t.is(refused('@("true")', 'bool'), "10: cannot implicitly convert type 'string' to 'bool'");
  t.is(refused('@(context.Variables["flag"])', 'bool'), "10: cannot implicitly convert type 'object' to 'bool'");
  t.is(refused('@{ return 1.5; }', 'int'), "10: cannot implicitly convert type 'double' to 'int'");
});

test('Trace hands its text on', (t) => {
  const messages: string[] = [];
  const context = { ...sampleContext(), Trace: (message: string) => void messages.push(message) };
  compiled('@{ context.Trace("seen"); return 1; }').evaluate(context);
  t.deepEqual(messages, ['seen']);
});
