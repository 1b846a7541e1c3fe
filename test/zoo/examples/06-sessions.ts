import { ask, get } from '../request.ts';

/** Sealed with a random nonce at every answer: what it holds shows in the next answer. */
const steady = (text: string): string => text.replace(/cookieName=[^;\n]+/g, 'cookieName=<sealed>');

export const requests = [
  get('/counter'),
  get('/counter', [['Cookie', 'visitcounter=41']]),
  get('/counter', [['Cookie', 'other=1; visitcounter=7; more=2']]),
  get('/sessionCounter', [], { jar: true, steady }),
  get('/sessionCounter', [], { jar: true, steady }),
  get('/sessionCounter', [], { jar: true, steady }),
  get('/counter', [], { jar: true, steady }),
  get('/counter', [], { jar: true, steady }),
  get('/sessionCounter', [['Cookie', 'cookieName=forged']], { steady }),
  get('/public/iframe.html'),
  get('/public/js-cookie.js'),
  ask('HEAD', '/public/js-cookie.js'),
];
