import { ask, get, postForm } from '../../request.ts';

export const requests = [
  get('/openapi.json?x=1'),
  ask('HEAD', '/openapi.json'),
  ask('HEAD', '/__docs__/'),
  get('/openapi.json', [['Host', 'other.example:8080']]),
  get('/openapi.json', [['X-Forwarded-Host', 'gateway.example']]),
  get('/openapi.json', [['Referer', 'https://gateway.example/zoo/__docs__/index.html?x=1#y']]),
  get('/__docs__/swagger-ui.css'),
  get('/__docs__/favicon-32x32.png'),
  get('/__docs__/nothing.js'),
  get('/__swagger__/index.html'),
  get('/swagger.json'),
  get('/openapi.yaml'),
  postForm('/feed', 'name=zebra&amount=2'),
  get('/animal/3/head'),
  get('/sub/thing'),
  get('/old'),
];
