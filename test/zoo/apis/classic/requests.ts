import { ask, get, post, send } from '../../request.ts';

export const needs = ['base64enc', 'sodium'];

/** Sealed with a random nonce at every answer. */
const steady = (text: string): string => text.replace(/classic=[^;\n]+/g, 'classic=<sealed>');
const session = { jar: true, steady };

export const requests = [
  get('/marked'),
  get('/marked', [['X-Closed', '1']]),
  get('/marked', [['X-Broken', '1']]),
  get('/early', [['X-Closed', '1']]),
  get('/early'),
  get('/late', [['X-Closed', '1']]),
  send('PUT', '/both?value=a', undefined, ''),
  send('PATCH', '/both', 'application/json', '{"value":"b"}'),
  get('/both'),
  get('/ids/1,2,3'),
  get('/ids/1'),
  get('/ids/a'),
  get('/ids/'),
  get('/words/a,b%2Cc,%C3%BC'),
  get('/pair/a-b'),
  get('/pair/a-b-c'),
  get('/shout?text=stra%C3%9Fe'),
  post('/reverse', 'text/reverse', 'abc'),
  post('/reverse', 'application/json', '"abc"'),
  get('/redirect'),
  get('/written'),
  get('/invisible'),
  get('/warns'),
  get('/fails'),
  get('/branch/leaf'),
  get('/branch/fails'),
  get('/branch/none'),
  get('/branch'),
  get('/nothing/here'),
  ask('DELETE', '/marked'),
  ask('HEAD', '/marked'),
  get('/visits', [], session),
  get('/visits', [], session),
  get('/visits', [['Cookie', 'classic=%21']], { steady }),
];
