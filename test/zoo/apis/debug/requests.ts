import { ask, get, post, postForm, postJson, withHeader } from '../../request.ts';

export const requests = [
  get('/fails', [['Plumber-Shared-Secret', 'wrong']]),
  ...[
    get('/fails'),
    get('/slashed/'),
    get('/slashed'),
    get('/slashed?a=1'),
    ask('POST', '/slashed'),
    get('/nothing'),
    postJson('/body', { a: 1 }),
    postForm('/body', 'a=1'),
    post('/body', 'text/plain', 'a=1'),
    post('/body', 'application/json', '{'),
    get('/openapi.json'),
    get('/__docs__/'),
  ].map((request) => withHeader(request, 'Plumber-Shared-Secret', 's3cret')),
];
