import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { send } from '../../cli/call/send.ts';
import { curlLine, firstGetRoute, sampleCall } from '../../cli/stack/sample-call.ts';
import { parseService } from '../../service/load.ts';
import { directoryOf } from '../support/releases.ts';

async function serve(t: ExecutionContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('without a probe, a GET route that needs nothing is called, else the description', async (t) => {
  const required = { get: { parameters: [{ required: true }] } };
  const openapi = async (body: string) => firstGetRoute(await serve(t, (_, response) => response.end(body)), 'key');
  const paths = { '/a': { post: {} }, '/b': required, '/{c}': { get: {} }, '/d': { get: { parameters: [{}] } } };
  t.is(await openapi(JSON.stringify({ paths })), '/d');
  t.is(await openapi(JSON.stringify({ paths: { '/b': required } })), '/openapi.json');
  t.is(await openapi('<html>'), '/openapi.json');
});

test('the sample call and its curl line send a probe’s body as it is, with its own type', async (t) => {
  const text = `name: bodies
routes: { POST /rows: { rows: df } }
probes:
  - { name: a, route: POST /rows, body: it's.json }
  - { name: b, route: PUT /csv, body: b.csv }
  - { name: c, route: POST /bytes, body: c.bin }
`;
  const bytes = Buffer.from([0, 255, 10, 13]);
  const files = { "it's.json": '{"df":[{"x":"it\'s"},{"x":2}]}', 'b.csv': 'x\n1\n', 'c.bin': bytes };
  const directory = await directoryOf(t, files);
  const definition = parseService(text, 'service.yaml', 'bodies');
  const url = await serve(t, (request, response) => {
    const type = request.headers['content-type'];
    void buffer(request).then((body) => response.end(`${request.method} ${type} ${body.toString('hex')}`));
  });
  const expected = [
    `POST application/json ${Buffer.from('{"df":[{"x":"it\'s"}]}').toString('hex')}`,
    `PUT text/csv ${Buffer.from('x\n1\n').toString('hex')}`,
    `POST application/octet-stream ${bytes.toString('hex')}`,
  ];
  for (const [index, answer] of expected.entries()) {
    const probes = definition.probes.slice(index, index + 1);
    const service = { definition: { ...definition, probes }, directory, channel: '', release: '', url, logFile: '' };
    const call = await sampleCall(service, 'key');
    t.is((await send(call, 'key')).body, answer);
    t.is((await promisify(execFile)('sh', ['-c', curlLine(call, 'key')])).stdout, answer);
  }
});
