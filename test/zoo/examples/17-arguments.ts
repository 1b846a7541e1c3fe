import { postForm, postJson, postParts } from '../request.ts';

/** Environments print their address. */
const steady = (text: string): string => text.replace(/0x[0-9a-f]{8,}/g, '0x<address>');

export const requests = ['/bad-practice', '/good-practice'].flatMap((path) => [
  postForm(`${path}/1/2`, '', { steady }),
  postForm(`${path}/1/2?d=3`, '', { steady }),
  postForm(`${path}/1/2?a=3`, '', { steady }),
  postForm(`${path}/1/2`, 'a=3', { steady }),
  postForm(`${path}/3/4?a=1&b=2&d=10`, 'a=5&b=6', { steady }),
  postJson(`${path}/3/4?a=1`, { a: 5, c: [1, 2] }, { steady }),
  postParts(`${path}/3/4`, [{ name: 'file', filename: 'a.txt', type: 'text/plain', body: 'one\ntwo\n' }], { steady }),
]);
