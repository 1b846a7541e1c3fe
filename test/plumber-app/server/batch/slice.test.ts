import test from 'ava';
import fc from 'fast-check';
import * as doubts from '../../../../plumber-app/server/batch/doubts.ts';
import { sliceAnswer } from '../../../../plumber-app/server/batch/slice.ts';

function slice(answer: string, ...counts: number[]): string[] | undefined {
  return sliceAnswer(Buffer.from(answer), counts, new doubts.Experience())?.map(({ text }) =>
    Buffer.from(text, 'latin1').toString(),
  );
}

function doubtsOf(answer: string, experience = new doubts.Experience()): number | undefined {
  const rows = (JSON.parse(answer) as unknown[]).length;
  return sliceAnswer(Buffer.from(answer), [rows], experience)?.[0]?.doubts.reduce((all, { bits }) => all | bits, 0);
}

test('an array is cut where the requests meet', (t) => {
  t.deepEqual(slice('[1.5,2,3e-07]', 1, 2), ['[1.5]', '[2,3e-07]']);
  t.deepEqual(slice('["a,]\\"","é☃",null]', 1, 1, 1), ['["a,]\\""]', '["é☃"]', '[null]']);
  t.deepEqual(slice('[[0.1,0.9],[0.2,0.8]]', 1, 1), ['[[0.1,0.9]]', '[[0.2,0.8]]']);
  t.deepEqual(slice('[{"a":1,"b":["]"]},{},{"a":{"c":[]}}]', 2, 1), ['[{"a":1,"b":["]"]},{}]', '[{"a":{"c":[]}}]']);
});

test('an object of equally long arrays is cut column by column', (t) => {
  t.deepEqual(slice('{"a":[1,2,3],"b\\"":["x","y",null]}', 2, 1), [
    '{"a":[1,2],"b\\"":["x","y"]}',
    '{"a":[3],"b\\"":[null]}',
  ]);
});

test('what does not have one element a row is not cut', (t) => {
  for (const answer of [
    ...[
      '[1,2]',
      '[1,2,3,4]',
      '[]',
      '{}',
      '',
      '3',
      '"abc"',
      'null',
      '[1,2,3',
      '[1,2,3]x',
      '[1,2,3]\n',
      '[1, 2,3]',
      '[\n1,2,3]',
    ],
    ...[
      '{"a":[1,2,3],"b":[1]}',
      '{"a":[1,2,3],"b":1}',
      '{"a":[1,2,3],}',
      '{"a":[1,2,3]',
      '{"a":[1,2,3]}}',
      '{"a" :[1,2,3]}',
    ],
    ...['[1,,3]', '[1,2,x]', '[{"a":1 },{},{}]', '[[1,2,3]', '["a","b","c]'],
  ]) {
    t.is(slice(answer, 1, 2), undefined, answer);
  }
});

test('the pieces of any answer, put together again, are the answer', (t) => {
  const texts = fc
    .array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 20 })
    .map((values) => values.map((v) => JSON.stringify(v)));
  fc.assert(
    fc.property(texts, fc.array(fc.nat()), (elements, cuts) => {
      const places = [...new Set([0, ...cuts.map((cut) => cut % elements.length), elements.length])].sort(
        (a, b) => a - b,
      );
      const counts = places.slice(1).map((place, i) => place - places[i]!);
      const expected = places.slice(1).map((place, i) => `[${elements.slice(places[i], place).join(',')}]`);
      t.deepEqual(slice(`[${elements.join(',')}]`, ...counts), expected);
      t.deepEqual(
        slice(`{"k":[${elements.join(',')}]}`, ...counts),
        expected.map((text) => `{"k":${text}}`),
      );
    }),
  );
});

test('doubted is what R would print otherwise in another vector', (t) => {
  for (const answer of [
    '[2,1.5]',
    '[1.5,0,1,"NA","Inf"]',
    '["a","1","TRUE",null]',
    '[true,false,null]',
    '[{},[]]',
    '[[2,-0.5]]',
    '["12 kg"]',
  ]) {
    t.is(doubtsOf(answer), 0, answer);
  }
  t.is(doubtsOf('[0,1]'), doubts.ZERO_OR_ONE);
  t.is(doubtsOf('[null]'), doubts.NOTHING);
  t.is(doubtsOf('["NA","NaN","Inf","-Inf"]'), doubts.MISSING_IN_QUOTES);
  t.is(doubtsOf('["1","-2.5e-07"]'), doubts.NUMBER_IN_QUOTES);
  t.is(doubtsOf('["TRUE","FALSE"]'), doubts.LOGICAL_IN_QUOTES);
  t.is(doubtsOf('[1.0]'), doubts.POINT_ZERO);
  t.is(doubtsOf('[{"a":1.5,"b":1}]'), doubts.ZERO_OR_ONE);
  for (const text of ['2024-01-01', '2024-01-01 10:00:00', '990-01-01', '-5-01-01', '10:00:00', ' 1', 'a ']) {
    t.is(doubtsOf(`["x","${text}"]`), doubts.FORMATTED, text);
  }
});

test('a doubt is settled by one equal answer, and confirmed for ever by one that differs', (t) => {
  const column = new doubts.Column();
  t.is(column.open(doubts.NOTHING | doubts.ZERO_OR_ONE), doubts.NOTHING | doubts.ZERO_OR_ONE);
  column.learn(doubts.ZERO_OR_ONE, true);
  t.is(column.open(doubts.NOTHING | doubts.ZERO_OR_ONE), doubts.NOTHING);
  column.learn(doubts.ZERO_OR_ONE, false);
  column.learn(doubts.ZERO_OR_ONE, true);
  t.is(column.open(doubts.ZERO_OR_ONE), doubts.ZERO_OR_ONE);
  column.learn(doubts.FORMATTED, true);
  t.is(column.open(doubts.FORMATTED), doubts.FORMATTED);
});

test('what is settled for one column says nothing about another', (t) => {
  const experience = new doubts.Experience();
  for (const [one, other] of [
    ['[{"a":1}]', '[{"b":1}]'],
    ['{"a":[1]}', '{"b":[1]}'],
    ['[1]', '[[1]]'],
  ]) {
    const slice = (answer: string) => sliceAnswer(Buffer.from(answer), [1], experience)![0]!;
    for (const { column, bits } of slice(one!).doubts) column.learn(bits, true);
    t.is(slice(one!).doubts.length, 0, one);
    t.is(slice(other!).doubts.length, 1, other);
  }
});

test('of very many columns none is settled, and a slice with many doubtful values has few doubts', (t) => {
  const experience = new doubts.Experience();
  const answer = Buffer.from(`[${Array.from({ length: 2000 }, (_, i) => `{"c${i}":1,"x":0}`).join(',')}]`);
  const [slice] = sliceAnswer(answer, [2000], experience)!;
  t.true(slice!.doubts.length < 300);
  for (const { column, bits } of slice!.doubts) column.learn(bits, true);
  t.is(sliceAnswer(answer, [2000], experience)![0]!.doubts.length, 1);
});
