import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import test from 'ava';
import axios, { type AxiosResponse } from 'axios';
import { exampleRelease } from '../support/example.ts';
import { startUp, type RunningStack } from '../support/stack.ts';

const faulty = join(import.meta.dirname, 'apis/faulty');
let stack: RunningStack;
let score: string;
let faultyUrl: string;

test.before(async () => {
  stack = await startUp(['--service', await exampleRelease(), faulty]);
  const url = (name: string) => stack.report.services.find((service) => service.name === name)!.url;
  [score, faultyUrl] = [`${url('boston-housing')}/score`, url('faulty')];
});

test.after.always(() => stack?.stop());

interface Call {
  readonly key?: string | undefined;
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
}

function call(
  url: string,
  { key = stack.report.key, method, body, headers }: Call = {},
): Promise<AxiosResponse<string>> {
  return axios.request<string>({
    url,
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    // As bytes: axios would make a JSON text of a string that is none.
    data: typeof body === 'string' ? Buffer.from(body) : body,
    headers: { ...(key && { 'Ocp-Apim-Subscription-Key': key }), 'Content-Type': 'application/json', ...headers },
    responseType: 'text',
    transformResponse: (text: string) => text,
    validateStatus: () => true,
    proxy: false,
  });
}

/** All rows of MASS::Boston as a request, and what R's own `predict` says of them, as plumber prints numbers. */
async function bostonByR(): Promise<{ body: string; rows: unknown[]; expected: string }> {
  const script = `
    suppressMessages(library(randomForest))
    model <- readRDS("model.rds")
    cat(jsonlite::toJSON(list(df = MASS::Boston[, -14]), digits = NA), "\\n")
    cat(jsonlite::toJSON(unname(predict(model, MASS::Boston)), digits = 4), "\\n")`;
  const { stdout } = await promisify(execFile)('Rscript', ['-e', script], {
    cwd: await exampleRelease(),
    maxBuffer: 1e8,
  });
  const [body, expected] = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim());
  return { body: body!, rows: (JSON.parse(body!) as { df: unknown[] }).df, expected: expected! };
}

test("all 506 rows of MASS::Boston through the gateway are R's own predictions, digit for digit", async (t) => {
  const { body, rows, expected } = await bostonByR();
  t.is(rows.length, 506);
  const whole = await call(score, { body });
  t.is(whole.status, 200);
  t.is(whole.data, expected);
  t.is(whole.headers['x-penstock-release'], stack.report.services[0]!.release);

  const single = await Promise.all(
    rows.slice(0, 60).map((row) => call(score, { body: JSON.stringify({ df: [row] }) })),
  );
  const numbers = expected.slice(1, -1).split(',').slice(0, 60);
  t.deepEqual(
    single.map(({ data }) => data),
    numbers.map((number) => `[${number}]`),
  );
});

test('the curl line that is printed scores when it is pasted', async (t) => {
  const { stdout } = await promisify(execFile)('sh', ['-c', stack.report.curl[0]!]);
  t.regex(stdout, /^\[\d+\.\d+\]$/);
});

test('the health function says that all is well once a probe has run', async (t) => {
  const health = await axios.get(stack.report.health, { validateStatus: () => true, proxy: false });
  t.true([200, 503].includes(health.status));
});

test('without a key the gateway answers 401, as API Management does', async (t) => {
  const { status, data, headers } = await call(score, { key: '', body: '{}' });
  t.is(status, 401);
  t.is(
    data,
    '{ "statusCode": 401, "message": "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API." }',
  );
  t.regex(String(headers['www-authenticate']), /^AzureApiManagementKey realm=/);
});

test('a wrong key is refused', async (t) => {
  const { status, data } = await call(score, { key: 'wrong', body: '{}' });
  t.is(status, 401);
  t.regex(data, /invalid subscription key/);
});

test.serial('a key of a product without access to the route is refused, by escaped letters too', async (t) => {
  const { trial, standard, internal } = stack.report.keys;
  for (const path of ['/for-standard', '/for-st%61ndard', '/FOR-standard']) {
    const refused = await call(faultyUrl + path, { key: trial });
    t.is(refused.status, 403, path);
    t.regex(refused.data, /product has no access to GET \/for-standard/);
  }
  t.is((await call(`${faultyUrl}/for-standard`, { key: standard })).status, 200);
  t.is((await call(`${faultyUrl}/for-standard`, { key: internal })).status, 200);
});

test.serial('the 61st call of a minute on trial is refused, and nobody else is', async (t) => {
  const calls = await Promise.all(
    Array.from({ length: 70 }, () => call(`${faultyUrl}/alive`, { key: stack.report.keys.trial })),
  );
  const refused = calls.filter(({ status }) => status === 429);
  // The test before this one has made three calls, which may or may not be a minute ago.
  const passed = calls.filter(({ status }) => status === 200).length;
  t.true(passed >= 57 && passed <= 60, `${passed} passed`);
  t.is(passed + refused.length, calls.length);
  t.regex(
    refused[0]!.data,
    /^\{ "statusCode": 429, "message": "Rate limit is exceeded\. Try again in \d+ seconds\." \}$/,
  );
  t.regex(String(refused[0]!.headers['retry-after']), /^\d+$/);
  t.is((await call(`${faultyUrl}/alive`)).status, 200);
});

test('R sees who calls, and never the key', async (t) => {
  const { data } = await call(`${faultyUrl}/alive?subscription-key=${stack.report.key}&x=1`, {
    key: '',
    headers: { 'x-penstock-subscription': 'somebody-else' },
  });
  t.deepEqual(JSON.parse(data), { subscription: 'local-standard', key: {}, query: '?x=1' });
  const inHeader = await call(`${faultyUrl}/alive`);
  t.deepEqual(JSON.parse(inHeader.data), { subscription: 'local-standard', key: {}, query: '' });
  t.truthy(inHeader.headers['x-correlation-id'], 'the global policy holds, too');
});

test('a body over the limit is refused with 413, whether it says its length or not', async (t) => {
  const body = Buffer.alloc(2_000, 'x');
  const said = await call(`${faultyUrl}/size`, { body, headers: { 'Content-Type': 'application/octet-stream' } });
  t.is(said.status, 413);
  t.deepEqual(Object.keys(JSON.parse(said.data) as object), ['error', 'detail']);

  const chunked = await fetch(`${faultyUrl}/size`, {
    method: 'POST',
    headers: { 'Ocp-Apim-Subscription-Key': stack.report.key, 'Content-Type': 'application/octet-stream' },
    body: new Blob([body]).stream(),
    duplex: 'half',
  });
  t.is(chunked.status, 413);
  t.deepEqual(Object.keys((await chunked.json()) as object), ['error', 'detail']);
});

test('malformed JSON on a route with rows is a 400 that says where', async (t) => {
  const { status, data } = await call(score, { body: '{"df":[{"crim":}]}' });
  t.is(status, 400);
  t.is((JSON.parse(data) as { error: string }).error, 'The body is not valid JSON: line 1, column 16');
});

test('rows that break the schema are a 422 that names row and field', async (t) => {
  const { status, data } = await call(score, { body: '{"df":[{"crim":"x"}]}' });
  t.is(status, 422);
  const { detail } = JSON.parse(data) as { detail: object[] };
  t.true(detail.some((one) => isDeepStrictEqual(one, { row: 1, field: 'crim', expected: 'a number', got: '"x"' })));
});

test('openapi.json names the address that callers see, through the gateway', async (t) => {
  const { data } = await call(score.replace(/score$/, 'openapi.json'));
  const { servers, paths } = JSON.parse(data) as { servers: unknown; paths: Record<string, { post: object }> };
  t.deepEqual(servers, [{ url: score.replace(/\/score$/, '') }]);
  t.true('requestBody' in paths['/score']!.post);
});

test('a worker that dies with a request costs that request a 502, and the next one succeeds', async (t) => {
  const died = await call(`${faultyUrl}/die`);
  t.is(died.status, 502);
  t.is((await call(`${faultyUrl}/alive`)).status, 200);
});
