import { get, post } from '../../request.ts';

const bytes = (count: number) => Buffer.alloc(count, 'x');

export const requests = [
  get('/size'),
  ...[0, 1, 999, 1000, 1001, 5000, 2_000_000].map((count) => post('/size', 'text/plain', bytes(count))),
  post('/size', 'text/plain', bytes(10), { chunk: 4 }),
  post('/size', 'text/plain', bytes(5000), { chunk: 1000 }),
  post('/nothing', 'text/plain', bytes(5000)),
  get('/size'),
];
