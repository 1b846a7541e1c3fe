import { get, postForm, postJson } from '../request.ts';

export const requests = [
  get('/tail'),
  get('/tail?n=1'),
  get('/tail?n=abc'),
  get('/tail?n=0'),
  get('/tail?n=5&n=6'),
  get('/graph'),
  postForm('/append', 'val=17', { stateful: true }),
  postJson('/append', { val: 42 }, { stateful: true }),
  postForm('/append?val=3', '', { stateful: true }),
  get('/tail', [], { stateful: true }),
  get('/graph', [], { stateful: true }),
  postForm('/append', 'val=notanumber', { stateful: true }),
  get('/tail?n=2', [], { stateful: true }),
  postForm('/append', ''),
];
