import { ask, get, postForm } from '../request.ts';

export const requests = ['/public', '/static', ''].flatMap((root) => [
  get(`${root}/a.html`),
  get(`${root}/b.txt`),
  ask('HEAD', `${root}/a.html`),
  ask('HEAD', `${root}/b.txt`),
  get(`${root}/c.html`),
  ask('HEAD', `${root}/c.html`),
  get(`${root}/`),
  get(`${root}/../plumber.R`),
  get(`${root}/..%2fplumber.R`),
  postForm(`${root}/a.html`, 'x=1'),
]);
