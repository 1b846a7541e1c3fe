import { get, postForm } from '../request.ts';

/** R's `date()`. */
const steady = (text: string): string =>
  text.replace(/[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d \d{4}/g, '<time>');

/** Without the R package htmltools `POST /mail` answers 500 on both sides. */
export const requests = [
  get('/tail'),
  postForm('/mail', 'from=a%40example.org&subject=%3Cb%3EHello%3C%2Fb%3E', { stateful: true }),
  get('/tail', [], { stateful: true, steady }),
  postForm('/mail', 'from=a%40example.org'),
];
