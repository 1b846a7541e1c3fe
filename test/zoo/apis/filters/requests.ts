import { ask, get, postForm, withHeader, type ZooRequest } from '../../request.ts';

const known = (request: ZooRequest) => withHeader(request, 'Plumber-Shared-Secret', 'open sesame');
const bearer = (token: string): [string, string] => ['Authorization', `Bearer ${token}`];

export const requests = [
  get('/protected'),
  get('/protected', [['Plumber-Shared-Secret', 'wrong']]),
  ...[
    get('/protected'),
    get('/protected?token=letmein'),
    get('/protected?token=wrong'),
    get('/protected', [bearer('letmein')]),
    get('/protected', [bearer('wrong')]),
    get('/open'),
    get('/open?token=letmein'),
    get('/earlier'),
    get('/first?a=1'),
    get('/answered/here'),
    get('/failing/here'),
    get('/nowhere'),
    get('/nowhere?token=letmein'),
    get('/anything?token=letmein', [['X-Rewrite', 'yes']]),
    get('/passes/3?token=letmein'),
    get('/passes/30?token=letmein'),
    postForm('/args?token=letmein&q=1', 'a=1&b=2'),
    postForm('/args', 'token=letmein'),
    ask('OPTIONS', '/protected', [
      ['Origin', 'http://page.example'],
      ['Access-Control-Request-Method', 'GET'],
      ['Access-Control-Request-Headers', 'x-one, x-two'],
    ]),
    ask('OPTIONS', '/nowhere', [['Access-Control-Request-Headers', 'x-one']]),
    ask('HEAD', '/open'),
    ask('DELETE', '/open?token=letmein'),
    get('/openapi.json?token=letmein'),
    get('/__docs__/?token=letmein'),
  ].map(known),
];
