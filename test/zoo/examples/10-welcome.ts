import { ask, get } from '../request.ts';

export const requests = [get('/'), get(''), get('/?'), ask('HEAD', '/'), ask('OPTIONS', '/'), ask('PUT', '/')].filter(
  ({ target }) => target !== '',
);
