import { ask, get } from '../request.ts';

export const requests = [
  get('/me'),
  get('/me?username=joe'),
  get('/me?username=kim'),
  get('/me?username=nobody'),
  get('/about'),
  get('/about?username=joe'),
  get('/about?username=nobody'),
  get('/nowhere'),
  get('/nowhere?username=joe'),
  ask('DELETE', '/me?username=joe'),
];
