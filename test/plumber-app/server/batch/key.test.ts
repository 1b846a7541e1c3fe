import test from 'ava';
import { hasHeaders, lastingHeaders, withLength } from '../../../../plumber-app/server/batch/answer.ts';
import { mergeKey } from '../../../../plumber-app/server/batch/key.ts';
import { mergeBodies } from '../../../../plumber-app/server/batch/merge.ts';
import { RowScanner, type Scan } from '../../../../plumber-app/server/rows/scan.ts';

const scanner = new RowScanner('df');
function scan(body: string, by = scanner): Scan {
  const result = by.scan(Buffer.from(body));
  if ('at' in result) throw new Error(`no JSON at ${result.at}`);
  return result;
}

const BODY = '{"df":[{"x":1}]}';
function key({ target = '/score', contentType = 'application/json', headers = [] as string[], body = BODY } = {}) {
  return mergeKey({ target, contentType, headers, scan: scan(body) }, ['accept', 'x-tenant'], 'df');
}

test('requests that differ only in their rows have one key', (t) => {
  t.is(key(), key({ body: ' { "df" : [ {"x": 7}, {"x":null} ] } ' }));
  t.is(key({ headers: ['Accept', '*/*', 'X-Id', '1'] }), key({ headers: ['X-Id', '2', 'accept', '*/*'] }));
});

test('whatever the answer may depend on is in the key', (t) => {
  const keys = [
    key(),
    key({ target: '/score/' }),
    key({ target: '/score?' }),
    key({ target: '/score?a=1' }),
    key({ contentType: 'text/json' }),
    key({ headers: ['Accept', '*/*'] }),
    key({ headers: ['Accept', ''] }),
    key({ headers: ['Accept', 'a', 'Accept', 'b'] }),
    key({ headers: ['Accept', 'b', 'Accept', 'a'] }),
    key({ headers: ['X-Tenant', '*/*'] }),
    key({ body: '{"df":[{"x":1}],"a":1}' }),
    key({ body: '{"a":1,"df":[{"x":1}]}' }),
    key({ body: '{"df":[{"x":1}],"a":1.0}' }),
    key({ body: '{"df":[{"x":1}],"b":1}' }),
    key({ body: '{"df":[{"x":1.5}]}' }),
    key({ body: '{"df":[{"x":null}]}' }),
    key({ body: '{"df":[{"y":1}]}' }),
  ];
  t.is(new Set(keys).size, keys.length);
  t.false(keys.includes(undefined));
});

test('rows that may not merge have no key, nor have those that a query hides', (t) => {
  t.is(key({ body: '{"df":[]}' }), undefined);
  t.is(key({ body: '{"df":[{"x":"NA"}]}' }), undefined);
  t.is(key({ target: '/score?a=1&d%66=2' }), undefined);
  const array = new RowScanner('.');
  const rows = { contentType: undefined, headers: [], scan: scan('[{"x":1}]', array) };
  t.truthy(mergeKey({ ...rows, target: '/score?y=1' }, [], '.'));
  t.is(mergeKey({ ...rows, target: '/score?x=1' }, [], '.'), undefined);
});

test('a merged body holds the raw text of all rows between the fields of the first', (t) => {
  const merged = mergeBodies('df', [
    scan('{"a" : "é", "df":[ {"x":1.0} ,{"x": 2}], "b":[1, 2] }'),
    scan('{"df":[{"x":"ü"}]}'),
  ]);
  t.is(merged.toString(), '{"a":"é","df":[{"x":1.0} ,{"x": 2},{"x":"ü"}],"b":[1, 2]}');
  const quoted = new RowScanner('d"é');
  t.is(mergeBodies('d"é', [scan('{"d\\"é":[{"x":1}]}', quoted)]).toString(), '{"d\\"é":[{"x":1}]}');
  const array = new RowScanner('.');
  t.is(
    mergeBodies('.', [scan('[{"x":1}]', array), scan(' [ {"x":2}, {"x":3} ]', array)]).toString(),
    '[{"x":1},{"x":2}, {"x":3}]',
  );
});

test('headers are compared but for Date and Content-Length, and the length is set anew', (t) => {
  const headers = ['Date', 'today', 'Content-Type', 'application/json', 'content-length', '7', 'X-A', '1'];
  const lasting = lastingHeaders(headers);
  t.deepEqual(lasting, ['Content-Type', 'application/json', 'X-A', '1']);
  t.true(hasHeaders(headers, lasting));
  t.false(hasHeaders([...headers, 'X-B', '1'], lasting));
  t.false(hasHeaders(headers.slice(0, 6), lasting));
  t.false(hasHeaders(['Content-Type', 'application/json', 'X-A', '2'], lasting));
  t.deepEqual(withLength(headers, 12), headers.with(5, '12'));
});
