import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { matcherOf, parametersOf, parseRoute, templateOf } from '../../service/paths.ts';

test('a route is a method and a path', (t) => {
  t.deepEqual(parseRoute('POST /score'), { method: 'POST', path: '/score' });
  t.deepEqual(parseRoute('get  /users/<id:int>'), { method: 'GET', path: '/users/<id:int>' });
  for (const wrong of ['/score', 'POST', 'POST score', 'FETCH /x', 'POST /a b', '']) t.is(parseRoute(wrong), undefined);
});

test("Plumber's parameters become those of an API Management template", (t) => {
  t.is(templateOf('/score'), '/score');
  t.is(templateOf('/users/<id:int>/cars/<plate>'), '/users/{id}/cars/{plate}');
  t.deepEqual(parametersOf('/users/<id:int>/<.x_1:[dbl]>'), ['id', '.x_1']);
});

test('a path matches what plumber itself would match', (t) => {
  const types = [
    '',
    ':int',
    ':integer',
    ':dbl',
    ':numeric',
    ':bool',
    ':logical',
    ':chr',
    ':[int]',
    ':[dbl]',
    ':[bool]',
    ':[chr]',
  ];
  const paths = [
    '/score',
    '/score/',
    ...types.map((type) => `/a/<id${type}>`),
    '/a/<x:int>/b/<y:bool>',
    '/a/<x>/',
    '/<x>.json',
  ];
  const values = fc.sample(fc.stringMatching(/^[-.,0-9tTrueFALSx]{1,6}$/), { numRuns: 60, seed: 1 });
  const fixed = [
    '1',
    '-1',
    '1.5',
    '.5',
    '-.5',
    '1.',
    '01',
    'true',
    'FALSE',
    'T',
    '0',
    '2',
    '1,2',
    '1-2',
    '1,',
    ',1',
    '1.2.3',
    '1.2,.3',
    'tf',
    't,f',
  ];
  const requests = [
    '/score',
    '/score/',
    '//score',
    '/SCORE',
    '/a/',
    '/a/1/b/true',
    '/a/1/b/2',
    '/a/1/',
    '/x.json',
    '/x/y.json',
  ];
  requests.push(...[...fixed, ...values].map((value) => `/a/${value}`));

  const script = `
    input <- jsonlite::fromJSON(file("stdin"))
    suppressMessages(library(plumber))
    regexes <- vapply(input$paths, function(path) plumber:::createPathRegex(path)$regex, "")
    cat(jsonlite::toJSON(lapply(regexes, function(regex) which(grepl(regex, input$requests)) - 1L)))`;
  const input = JSON.stringify({ paths, requests });
  const matched = JSON.parse(execFileSync('Rscript', ['-e', script], { input, encoding: 'utf8' })) as Record<
    string,
    number[]
  >;

  for (const path of paths) {
    const matches = matcherOf(path);
    const ours = requests.filter(matches);
    t.deepEqual(
      ours,
      matched[path]!.map((index) => requests[index]),
      path,
    );
  }
});

test('a long path is refused as fast as a short one', (t) => {
  const matches = matcherOf('/a/<id:[int]>');
  t.false(matches(`/a/${'1'.repeat(100_000)}x`));
  t.false(matcherOf('/a/<id:[dbl]>')(`/a/${'1.1'.repeat(30_000)}x`));
});
