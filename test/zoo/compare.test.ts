import test from 'ava';
import { differences } from './compare.ts';
import type { Answer, HeaderLine } from './exchange.ts';
import { get, type ZooRequest, withoutClock } from './request.ts';

const request = get('/x');
const answer = (changes: Partial<Answer> = {}): Answer => ({
  status: 200,
  reason: 'OK',
  headers: [
    ['Set-Cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
    ['Content-Type', 'text/plain'],
  ],
  body: Buffer.from('text'),
  excess: 0,
  ...changes,
});
const compared = (actual: Answer, asked: ZooRequest = request, expected = answer()): number =>
  differences(new Map([[asked, expected]]), new Map([[asked, actual]])).length;

test('equal answers do not differ, whatever the hop and the clock add', (t) => {
  const hop: HeaderLine[] = [
    ['Date', 'today'],
    ['Connection', 'close'],
    ['x-penstock-release', 'r1'],
    ['Transfer-Encoding', 'chunked'],
  ];
  t.is(compared(answer()), 0);
  t.is(compared(answer({ headers: [...hop, ...answer().headers] })), 0);
});

test('another status, a changed byte, and header lines reordered, renamed or joined are all found', (t) => {
  const [a, b, type] = answer().headers as [HeaderLine, HeaderLine, HeaderLine];
  t.is(compared(answer({ status: 201 })), 1);
  t.is(compared(answer({ body: Buffer.from('texT') })), 1);
  t.is(compared(answer({ headers: [b, a, type] })), 1);
  t.is(compared(answer({ headers: [a, b, ['content-type', 'text/plain']] })), 1);
  t.is(compared(answer({ headers: [['Set-Cookie', 'a=1, b=2'], type] })), 1);
  t.is(compared(answer({ headers: [a, type] })), 1);
});

test('a clock is overlooked only where the request says so', (t) => {
  const at = (second: number): Answer => answer({ body: Buffer.from(`2024-01-01 00:00:0${second}`) });
  t.is(compared(at(1), request, at(2)), 1);
  t.is(compared(at(1), get('/x', [], { steady: withoutClock }), at(2)), 0);
});
