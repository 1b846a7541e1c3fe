import { get, withoutClock } from '../../request.ts';

export const needs = ['base64enc', 'sodium'];

/** Sealed with a random nonce at every answer: what it holds shows in the answers that follow. */
const steady = (text: string): string => withoutClock(text).replace(/sealed=[^;\n]+/g, 'sealed=<sealed>');
const session = { jar: true, steady };

export const requests = [
  get('/see', [], session),
  get('/count', [], session),
  get('/count', [], session),
  get('/count', [], session),
  get('/keep?value=%C3%BC', [], session),
  get('/keep?value=two', [], session),
  get('/see', [], session),
  get('/count', [['Cookie', 'sealed=forged']], { steady }),
  get('/count', [['Cookie', 'sealed=']], { steady }),
  get('/see', [], session),
  get('/forget', [], session),
  get('/see', [], session),
  get('/count', [], session),
];
