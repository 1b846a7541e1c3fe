import { get, withoutClock } from '../../request.ts';

/** Expiry is counted from now. */
const steady = (text: string): string => withoutClock(text).replace(/Max-Age= \d+/g, 'Max-Age= <seconds>');

const cookies = [
  'a=1',
  'a=1; b=2',
  'a=1;b=2',
  'a=1; a=2',
  'a',
  'a=',
  '=1',
  'a=b=c',
  'a=%C3%BC',
  'a="quoted"',
  'a=ü',
  ';;a=1;;',
  'a=1, b=2',
];

export const requests = [
  get('/echo'),
  ...cookies.flatMap((cookie) => [get('/echo', [['Cookie', cookie]]), get('/raw', [['Cookie', cookie]])]),
  get('/echo', [
    ['Cookie', 'a=1'],
    ['Cookie', 'b=2'],
  ]),
  get('/set'),
  get('/set?name=b&value=%C3%BC%20x'),
  get('/several'),
  get('/attributes', [], { steady }),
  get('/encoded'),
  get('/large'),
  get('/remove', [], { steady }),
  get('/several', [], { jar: true }),
  get('/set?name=three&value=3', [], { jar: true }),
  get('/echo', [], { jar: true }),
];
