import { ask, get, post, postForm } from '../../request.ts';

export const requests = [
  '/stop',
  '/stop-multibyte',
  '/condition',
  '/status-first',
  '/warning',
  '/message',
  '/missing-argument',
  '/not-a-function',
  '/html-error',
  '/serializer-error',
  '/deep',
  '/retry',
  '/nothing',
  '/nothing/at/all?x=1',
]
  .map((path) => get(path))
  .concat(
    postForm('/nothing', 'a=1'),
    ask('DELETE', '/stop'),
    ask('HEAD', '/nothing'),
    post('/stop', 'application/json', '{"broken":'),
  );
