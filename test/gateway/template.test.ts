import test from 'ava';
import { compareRanks, parseTemplate, templateMistake } from '../../gateway/routing/template.ts';

const match = (template: string, path: string, query = '') => {
  const found = parseTemplate(template).match(path, query);
  return found && Object.fromEntries(found);
};

test('parameters take one segment, decoded', (t) => {
  t.deepEqual(match('/users/{id}', '/users/a%20b%2Fc'), { id: 'a b/c' });
  t.is(match('/users/{id}', '/users/1/2'), undefined);
  t.is(match('/users/{id}', '/users/'), undefined);
  t.deepEqual(match('/report({id}).{format}', '/report(7).csv'), { id: '7', format: 'csv' });
});

test('wildcards take the rest of the path', (t) => {
  t.deepEqual(match('/files/{*path}', '/files/a/b.txt'), { path: 'a/b.txt' });
  t.deepEqual(match('/*', '/anything/at/all'), { '*': 'anything/at/all' });
  t.deepEqual(match('/*', ''), { '*': '' });
  t.is(match('/files/{*path}', '/filesystem'), undefined);
});

test('what is written out matches without case, with or without a slash at the end', (t) => {
  t.deepEqual(match('/Score', '/score'), {});
  t.deepEqual(match('/score', '/score/'), {});
  t.deepEqual(match('/', ''), {});
  t.deepEqual(match('/', '/'), {});
  t.is(match('/score', '/score.json'), undefined);
  t.is(match('/a.b', '/axb'), undefined);
});

test('a template with a query matches only requests that have it', (t) => {
  t.deepEqual(match('/get?a={b}', '/get', '?x=1&a=2%203'), { b: '2 3' });
  t.is(match('/get?a={b}', '/get', '?x=1'), undefined);
  t.deepEqual(match('/get?action=read', '/get', '?action=read'), {});
  t.is(match('/get?action=read', '/get', '?action=write'), undefined);
});

test('written-out segments beat parameters, parameters beat wildcards, more query beats less', (t) => {
  const sorted = ['/*', '/a/{*rest}', '/a/{id}', '/{x}/b', '/a/b', '/a/b?c={c}', '/a/b?c=1', '/a']
    .map((template) => ({ template, parsed: parseTemplate(template) }))
    .sort((a, b) => compareRanks(a.parsed, b.parsed))
    .map(({ template }) => template);
  t.deepEqual(sorted, ['/a', '/a/b?c=1', '/a/b?c={c}', '/a/b', '/a/{id}', '/a/{*rest}', '/{x}/b', '/*']);
});

test('wrong templates are told apart', (t) => {
  t.is(templateMistake('/a/{b}/{*c}'), undefined);
  t.regex(templateMistake('/a/{b')!, /braces/);
  t.regex(templateMistake('/{a}/{a}')!, /twice/);
  t.regex(templateMistake('/{}')!, /without a name/);
  t.regex(templateMistake('/{*a}/b')!, /wildcard/);
});
