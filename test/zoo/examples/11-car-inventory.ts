import { ask, get, postForm, postJson, send } from '../request.ts';

const json = 'application/json';
const saab = { make: 'Saab', model: '900', edition: 'Turbo', year: 1989, miles: 120000, price: 9000 };

export const requests = [
  get('/car/'),
  get('/car'),
  get('/car/12049293'),
  get('/car/1'),
  get('/car/abc'),
  get('/car/12049293/'),
  postForm('/car/', 'make=&model=x&year=1'),
  postJson('/car/', { make: 'Saab' }),
  ask('PATCH', '/car/12049293'),
  ask('DELETE', '/car/1'),
  send('PUT', '/car/1', json, JSON.stringify(saab)),
  postJson('/car/', saab, { stateful: true }),
  send('PUT', '/car/12049293', json, JSON.stringify({ ...saab, year: 1990 }), { stateful: true }),
  get('/car/12049293', [], { stateful: true }),
  ask('DELETE', '/car/12049294', [], { stateful: true }),
  get('/car/', [], { stateful: true }),
];
