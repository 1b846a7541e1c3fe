import test, { type ExecutionContext } from 'ava';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { acrToken, isAcr } from '../../../cli/image/acr.ts';

const registry = 'penstock.azurecr.io';
const signedIn = { getToken: () => Promise.resolve({ token: 'entra', expiresOnTimestamp: Date.now() + 60_000 }) };

/** A server that answers every request so. */
async function startExchange(t: ExecutionContext, status: number, body: object): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status).end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('only the hosts of Azure Container Registry are signed in to by an identity', (t) => {
  for (const host of [registry, 'name-a1b2c3.azurecr.io', 'name.azurecr.cn']) t.true(isAcr(host), host);
  for (const host of ['127.0.0.1:5000', 'ghcr.io', 'azurecr.io', 'name.azurecr.io.example.com', 'a/name.azurecr.io']) {
    t.false(isAcr(host), host);
  }
});

test('the refresh token is what the exchange gives', async (t) => {
  const origin = await startExchange(t, 200, { refresh_token: 'refresh' });
  t.is(await acrToken(registry, signedIn, origin), 'refresh');
});

test('an identity without the role is told which one is expected', async (t) => {
  const origin = await startExchange(t, 401, { errors: [] });
  await t.throwsAsync(acrToken(registry, signedIn, origin), {
    name: 'UserError',
    message: /penstock\.azurecr\.io answers 401 .* AcrPush/,
  });
});

test('who is not signed in is told to', async (t) => {
  const nobody = { getToken: () => Promise.reject(new Error('no credential of many')) };
  await t.throwsAsync(acrToken(registry, nobody, 'http://127.0.0.1:9'), {
    name: 'UserError',
    message: /az login\nno credential of many/,
  });
});

test('a registry that does not answer is named', async (t) => {
  await t.throwsAsync(acrToken(registry, signedIn, 'http://127.0.0.1:9'), {
    name: 'UserError',
    message: /penstock\.azurecr\.io does not answer/,
  });
});
