import { get, post, postJson, withoutClock } from '../../request.ts';

const car = { cyl: 6, wt: 2.62, am: 1 };

export const requests = [
  get('/ping', [], { steady: withoutClock }),
  get('/metadata'),
  get('/prototype'),
  postJson('/predict', [car]),
  postJson('/predict', [car, { ...car, wt: 3 }, { am: 0, wt: 5.1, cyl: 8, hp: 300 }]),
  postJson('/predict', [{ ...car, am: null }]),
  postJson('/predict', { cyl: [6, 4], wt: [2.62, 3], am: [1, 0] }),
  postJson('/predict', car),
  postJson('/predict', [{ cyl: 6 }]),
  postJson('/predict', [{ ...car, wt: 'heavy' }]),
  postJson('/predict', []),
  post('/predict', 'application/json', '[{"cyl":6,'),
  post('/predict', 'text/csv', 'cyl,wt,am\n6,2.62,1\n4,3,0\n'),
  postJson('/predict?cyl=4', [car]),
  postJson('/interval', [car, { ...car, cyl: 4 }]),
];
