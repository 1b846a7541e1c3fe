import { get, post, postForm, postJson } from '../request.ts';

/** The endpoint draws random numbers: the digits differ, the form of the answer doesn't. */
const steady = (text: string): string => text.replace(/^\[-?\d+(\.\d+)?(e-\d+)?\]$/, '[<number>]');

export const requests = [
  get('/mean', [], { steady }),
  get('/mean?samples=1000', [], { steady }),
  get('/mean?samples=-1'),
  postForm('/sum', 'a=1&b=2'),
  postForm('/sum?a=4&b=7', ''),
  postJson('/sum', { a: 1.5, b: -2 }),
  postJson('/sum', { a: [1, 2, 3], b: 10 }),
  postJson('/sum', { a: 1 }),
  postForm('/sum', 'a=one&b=2'),
  post('/sum', undefined, 'a=1&b=2'),
  get('/sum?a=1&b=2'),
];
