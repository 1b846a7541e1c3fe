import { ask, get } from '../../request.ts';

export const requests = [
  get('/plain'),
  get('/text'),
  get('/response'),
  get('/fails'),
  get('/nothing'),
  ask('POST', '/plain'),
  get('/plain', [['X-Fail', 'preroute']]),
  get('/plain', [['X-Fail', 'postroute']]),
  get('/plain', [['X-Fail', 'postserialize']]),
  get('/plain', [['X-Redirect', 'yes']]),
  get('/plain', [['X-Teapot', 'yes']]),
  ask('HEAD', '/plain'),
];
