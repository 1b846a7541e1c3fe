import { get } from '../request.ts';

export const requests = [
  get('/sum?num=1'),
  get('/sum?num=1&num=2'),
  get('/sum?num=1,2'),
  get('/sum?num=x'),
  get('/sum'),
];
