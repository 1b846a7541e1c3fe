import { get, postForm } from '../request.ts';

/** Without the R package htmltools `POST /mail` answers 500 on both sides. */
export const requests = [
  get('/tail'),
  postForm('/mail', 'from=a%40example.org&subject=%3Cb%3EHello%3C%2Fb%3E', { stateful: true }),
  get('/tail', [], { stateful: true }),
  postForm('/mail', 'from=a%40example.org'),
];
