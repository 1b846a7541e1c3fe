import { get } from '../request.ts';

export const needs = ['coro', 'future'];

const steady = (text: string): string =>
  text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?/g, '<time>').replace(/(pid:?"?:?)\d+/g, '$1<pid>');

export const requests = [
  get('/sync', [], { steady }),
  get('/divide?a=6&b=3'),
  get('/divide?a=6'),
  get('/divide?b=3'),
  get('/divide?a=1&b=0'),
  get('/divide-catch?a=6&b=3'),
  get('/divide-catch?a=6'),
  get('/divide-catch?b=3'),
];
