import { ask, get, post, postForm, postJson, withHeader } from '../../request.ts';

const bytes = (count: number) => Buffer.alloc(count, 'x');

export const requests = [
  get('/fails', [['Plumber-Shared-Secret', 'wrong']]),
  ...[
    get('/fails'),
    get('/slashed/'),
    get('/slashed'),
    get('/slashed?a=1'),
    ask('POST', '/slashed'),
    get('/nothing'),
    get('/process'),
    postJson('/body', { a: 1 }),
    postForm('/body', 'a=1'),
    post('/body', 'text/plain', 'a=1'),
    post('/body', 'application/json', '{'),
    get('/openapi.json'),
    get('/__docs__/'),
    ...[0, 1, 999, 1000, 1001, 5000].map((count) => post('/size', 'text/plain', bytes(count))),
    // A small chunked body is the one thing that differs (docs/compatibility.md): bare Plumber refuses any.
    post('/size', 'text/plain', bytes(5000), { chunk: 1000 }),
    post('/nothing', 'text/plain', bytes(5000)),
    post('/size', 'text/plain', bytes(10)),
  ].map((request) => withHeader(request, 'Plumber-Shared-Secret', 's3cret')),
];
