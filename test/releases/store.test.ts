import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { DefaultAzureCredential } from '@azure/identity';
import test from 'ava';
import { channelNames } from '../../releases/channel.ts';
import { listReleases } from '../../releases/list.ts';
import { promote } from '../../releases/promote.ts';
import { publish } from '../../releases/publish.ts';
import { pull } from '../../releases/pull.ts';
import { openStore } from '../../releases/store.ts';
import { UserError } from '../../service/errors.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import { directoryOf, serviceDirectory } from '../support/releases.ts';
import { tokenFor } from '../support/identity.ts';

let azurite: Azurite;
test.before(async () => {
  azurite = await startAzurite({ https: true });
  setDefaultCACertificates([...getCACertificates(), azurite.ca ?? '']);
});
test.after.always(() => azurite?.stop());

test('a store is named by the URL of its container', (t) => {
  const names: Record<string, string> = {
    'https://acct.blob.core.windows.net/releases': 'https://acct.blob.core.windows.net/releases',
    'https://acct.blob.core.windows.net/releases/': 'https://acct.blob.core.windows.net/releases',
    'http://127.0.0.1:10000/devstoreaccount1/releases': 'http://127.0.0.1:10000/devstoreaccount1/releases',
    'http://localhost:7/devstoreaccount1/other': 'http://localhost:7/devstoreaccount1/other',
    'UseDevelopmentStorage=true': 'http://127.0.0.1:10000/devstoreaccount1/releases',
    'AccountName=devstoreaccount1;AccountKey=x==;BlobEndpoint=http://127.0.0.1:7/devstoreaccount1;':
      'http://127.0.0.1:7/devstoreaccount1/releases',
  };
  for (const [address, url] of Object.entries(names)) t.is(openStore(address).url, url);
  t.is(
    openStore('https://acct.blob.core.windows.net/releases').replicas.url,
    'https://acct.blob.core.windows.net/replicas',
  );
});

const refused: Record<string, RegExp> = {
  releases: /the URL of its releases container is expected/,
  'https://acct.blob.core.windows.net': /the URL of a container is expected/,
  'https://acct.blob.core.windows.net/a/b': /the URL of a container is expected/,
  'https://acct.blob.core.windows.net/replicas': /releases need another one/,
  'http://acct.blob.core.windows.net/releases': /https is expected/,
  'ftp://acct/releases': /https is expected/,
  'https://acct.blob.core.windows.net/releases?sv=1&sig=secret': /without a signature/,
  'http://127.0.0.1:10000/releases': /the URL of a container is expected/,
  'http://127.0.0.1:10000/mine/releases': /devstoreaccount1 is expected/,
  'DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net':
    /give the URL of the releases container.* and sign in with an identity/,
};
for (const [address, message] of Object.entries(refused)) {
  test(`refused: ${address}`, (t) => {
    const error = t.throws(() => openStore(address), { instanceOf: UserError, message });
    t.notRegex(error.message, /secret|c2VjcmV0/);
  });
}

test('a store that does not answer is named, soon', async (t) => {
  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const url = `http://127.0.0.1:${port}/devstoreaccount1/releases`;
  await t.throwsAsync(listReleases(openStore(url)), {
    instanceOf: UserError,
    message: `store ${url}: cannot list the channels: it is unreachable (ECONNREFUSED)`,
  });
});

test('DefaultAzureCredential with a managed identity publishes, promotes and pulls over HTTPS', async (t) => {
  const asked: string[] = [];
  const identities = createServer((request, response) => {
    const resource = new URL(request.url ?? '', 'http://x').searchParams.get('resource') ?? '';
    asked.push(resource);
    const { token, expires } = tokenFor(resource);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: token, expires_on: String(expires), resource, token_type: 'Bearer' }));
  });
  await new Promise<void>((resolve) => identities.listen(0, '127.0.0.1', resolve));
  t.teardown(() => identities.close());
  process.env['IDENTITY_ENDPOINT'] = `http://127.0.0.1:${(identities.address() as AddressInfo).port}/token`;
  process.env['IDENTITY_HEADER'] = 'secret';
  t.teardown(() => {
    delete process.env['IDENTITY_ENDPOINT'];
    delete process.env['IDENTITY_HEADER'];
  });

  const store = openStore(azurite.storeUrl, { credential: new DefaultAzureCredential() });
  const { manifest } = await publish(store, await serviceDirectory(t, 'identity', 'model'));
  await promote(store, manifest.id, 'identity');
  t.deepEqual(await channelNames(store), ['identity']);
  t.regex(await pull(store, manifest.id, await directoryOf(t)), /identity\/[0-9a-f]{12}$/);
  t.deepEqual([...new Set(asked)], ['https://storage.azure.com']);
});

test('an identity that may not is told which role is missing', async (t) => {
  const { token, expires } = tokenFor('https://vault.azure.net');
  const credential = { getToken: () => Promise.resolve({ token, expiresOnTimestamp: expires * 1000 }) };
  const store = openStore(azurite.storeUrl, { credential });
  await t.throwsAsync(listReleases(store), {
    instanceOf: UserError,
    message: /^store https:.*: cannot list the channels: access is denied .* Storage Blob Data Contributor/,
  });
});

test('without anyone to sign in as, it is said how to', async (t) => {
  const none = Object.assign(new Error('nothing worked'), { name: 'CredentialUnavailableError' });
  const store = openStore(azurite.storeUrl, { credential: { getToken: () => Promise.reject(none) } });
  await t.throwsAsync(listReleases(store), {
    instanceOf: UserError,
    message: /no identity to sign in with \(az login/,
  });
});

test('a token is never sent over plain HTTP', (t) => {
  const credential = { getToken: () => Promise.resolve(null) };
  const url = 'http://127.0.0.1:10000/devstoreaccount1/releases';
  t.throws(() => openStore(url, { credential }), { instanceOf: UserError, message: /https is expected/ });
});
