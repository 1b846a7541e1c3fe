import { get, postForm, postJson } from '../../request.ts';

export const requests = [
  '/value',
  '/now',
  '/chain',
  '/all',
  '/fails',
  '/throws',
  '/recovers',
  '/filtered',
  '/filtered/nothing',
  '/status',
  '/text',
  '/png',
  '/response',
  '/id/1',
  '/id/9',
  '/id/x',
]
  .map((path) => get(path))
  .concat(postJson('/echo', { a: [1, 2] }), postForm('/echo', 'a=1&b=ü'));
